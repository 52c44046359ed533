import type { HealthIndicatorResult } from '@nestjs/terminus';
import type { StoreWatch } from '../leadership/index.js';
import type { BackgroundServiceManager } from '../manager/index.js';
import { storeFault } from './store-fault.js';

/**
 * What the readiness probe asks for: that the app has booted and does not shut down. With `readyRequiresStore` also that the lease store
 * answers, and has answered once where this replica campaigns: a deployment with a wrong password must not be taken for a good one because
 * it was asked too early.
 */
export class ReadinessCheck {
  /** Whether the app takes requests: from the end of its boot to the beginning of its shutdown. */
  isReady = false;

  constructor(
    private readonly watch: Pick<StoreWatch, 'state'>,
    private readonly manager: Pick<BackgroundServiceManager, 'list'>,
    private readonly requiresStore: boolean,
  ) {}

  /** For `HealthCheckService.check`. */
  indicators(): (() => HealthIndicatorResult)[] {
    const application = () => ({ application: { status: this.isReady ? 'up' : 'down' } as const });
    return this.requiresStore ? [application, () => ({ leaseStore: this.#store() })] : [application];
  }

  #store() {
    const state = this.watch.state;
    switch (state.state) {
      case 'reachable':
      case 'failing':
        return { status: 'up', state: state.state } as const;
      case 'untried': {
        const campaigns = this.manager.list().some(({ role }) => role !== 'idle');
        return { status: campaigns ? 'down' : 'up', state: state.state } as const;
      }
      case 'unreachable':
        return {
          status: 'down',
          state: state.state,
          since: state.since.toISOString(),
          reason: storeFault(state.error),
        } as const;
    }
  }
}
