import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnModuleInit,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { firstValueFrom, isObservable } from 'rxjs';
import { HTTP_SURFACE, type HttpGuard, type HttpSurface } from './surface.js';

/** The guards that the options name, as the app has them. */
@Injectable()
export class HostGuards implements OnModuleInit {
  #read: CanActivate | undefined;
  #act: CanActivate | undefined;

  constructor(
    @Inject(HTTP_SURFACE) private readonly surface: HttpSurface,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  async onModuleInit(): Promise<void> {
    const { guards } = this.surface;
    this.#read = await this.#resolve(guards?.read);
    // Of one guard for both, one instance.
    this.#act = guards?.act === guards?.read ? this.#read : await this.#resolve(guards?.act);
  }

  /** What a guard throws is thrown on: it says why. */
  mayRead(context: ExecutionContext): Promise<boolean> {
    return permits(this.#read, context);
  }

  mayAct(context: ExecutionContext): Promise<boolean> {
    return permits(this.#act, context);
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

/** No guard lets nobody through. */
async function permits(guard: CanActivate | undefined, context: ExecutionContext): Promise<boolean> {
  if (!guard) return false;
  const answer = guard.canActivate(context);
  return isObservable(answer) ? firstValueFrom(answer, { defaultValue: false }) : answer;
}
