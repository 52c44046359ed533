import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { HostGuards } from './host-guards.js';

/** Lets a request through if the host's `read` guard does. */
@Injectable()
export class ReadGuard implements CanActivate {
  constructor(@Inject(HostGuards) private readonly guards: HostGuards) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    return this.guards.mayRead(context);
  }
}

/** Lets a request through if the host's `read` and `act` guards both do. */
@Injectable()
export class ActGuard implements CanActivate {
  constructor(@Inject(HostGuards) private readonly guards: HostGuards) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    return (await this.guards.mayRead(context)) && this.guards.mayAct(context);
  }
}
