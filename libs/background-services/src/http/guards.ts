import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { HostGuards } from './host-guards.js';

/** Lets through whoever may look. */
@Injectable()
export class ReadGuard implements CanActivate {
  constructor(@Inject(HostGuards) private readonly guards: HostGuards) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    return this.guards.mayRead(context);
  }
}

/** Lets through whoever may look and act. */
@Injectable()
export class ActGuard implements CanActivate {
  constructor(@Inject(HostGuards) private readonly guards: HostGuards) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    return (await this.guards.mayRead(context)) && this.guards.mayAct(context);
  }
}
