import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { GuestCalls, permits } from 'nestjs-background-http-kit';
import type { HealthOptions } from './health-options.js';

/** The guard that the options name, as a class or an instance. */
export const HEALTH_GUARD = Symbol('nestjs-background-services:health-guard');

/** Lets through whom the host's own guard lets through. */
@Injectable()
export class HostHealthGuard implements CanActivate, OnModuleInit, OnModuleDestroy {
  readonly #calls = new GuestCalls();
  #guard: CanActivate | undefined;

  constructor(
    @Inject(HEALTH_GUARD) private readonly configured: HealthOptions['guard'],
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  /** Takes the app's own instance of the class, wherever it is provided; if it is nowhere, makes one. */
  async onModuleInit(): Promise<void> {
    const { configured } = this;
    this.#guard = typeof configured === 'function' ? await this.#instanceOf(configured) : configured;
  }

  onModuleDestroy(): void {
    this.#calls.close();
  }

  canActivate(context: ExecutionContext): Promise<boolean> | boolean {
    const guard = this.#guard;
    if (!guard) return true;
    return this.#calls.wait(context.switchToHttp().getResponse(), () => permits(guard, context));
  }

  #instanceOf(guard: Type<CanActivate>): Promise<CanActivate> | CanActivate {
    try {
      return this.moduleRef.get(guard, { strict: false });
    } catch {
      return this.moduleRef.create(guard);
    }
  }
}
