import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { firstValueFrom, isObservable } from 'rxjs';
import { GuestCalls } from './guest-calls.js';
import { HTTP_SURFACE, type HttpGuard, type HttpSurface } from './surface.js';

/** The app's instances of the guards that the options name. */
@Injectable()
export class HostGuards implements OnModuleInit, OnModuleDestroy {
  readonly #calls = new GuestCalls();
  #read: CanActivate | undefined;
  #act: CanActivate | undefined;

  constructor(
    @Inject(HTTP_SURFACE) private readonly surface: HttpSurface,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  async onModuleInit(): Promise<void> {
    const { guards } = this.surface;
    this.#read = await this.#resolve(guards?.read);
    // One guard for both is one instance.
    this.#act = guards?.act === guards?.read ? this.#read : await this.#resolve(guards?.act);
  }

  onModuleDestroy(): void {
    this.#calls.close();
  }

  /** Whether the request may look. @throws whatever the guard throws: it says why */
  mayRead(context: ExecutionContext): Promise<boolean> {
    return this.#ask(this.#read, context);
  }

  /** Whether the request may act, provided that it may look. @throws whatever the guard throws */
  mayAct(context: ExecutionContext): Promise<boolean> {
    return this.#ask(this.#act, context);
  }

  /** Without a guard, nobody gets through. */
  async #ask(guard: CanActivate | undefined, context: ExecutionContext): Promise<boolean> {
    if (!guard) return false;
    return this.#calls.wait(context.switchToHttp().getResponse(), () => permits(guard, context));
  }

  async #resolve(guard: HttpGuard | undefined): Promise<CanActivate | undefined> {
    if (typeof guard !== 'function') return guard;
    try {
      return this.moduleRef.get(guard, { strict: false });
    } catch {
      return this.moduleRef.create(guard);
    }
  }
}

/** What a guard answers, in whichever of the three ways it may. */
export async function permits(guard: CanActivate, context: ExecutionContext): Promise<boolean> {
  const answer = guard.canActivate(context);
  return isObservable(answer) ? firstValueFrom(answer, { defaultValue: false }) : answer;
}
