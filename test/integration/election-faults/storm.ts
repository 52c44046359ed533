import type { Direction } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import type { Fleet } from './fleet.js';

/** Faults that take no lease away from its holder, in an order that the seed decides. */
export class Storm {
  #state: number;

  constructor(
    private readonly fleet: Fleet,
    seed: number,
  ) {
    this.#state = seed >>> 0;
  }

  /** One fault, and the time until the next one. */
  async blows(): Promise<void> {
    await this.#fault();
    const since = performance.now();
    const pause = this.#below(400);
    await until(() => performance.now() - since >= pause, { what: 'the next fault', every: 5 });
  }

  ends(): void {
    for (const { proxy } of this.fleet.replicas) proxy.heal();
    this.fleet.server.thaw();
  }

  async #fault(): Promise<void> {
    const { replicas, redis, server } = this.fleet;
    const { proxy } = replicas[this.#below(2)]!;
    const direction: Direction = this.#below(2) === 0 ? 'requests' : 'replies';
    switch (this.#below(9)) {
      case 0:
        return proxy.cut();
      case 1:
        return void proxy.cutNextRequest(/evalsha/i);
      case 2:
        return void proxy.loseNextReply(/^\*/);
      case 3:
        return proxy.delay(direction, this.#below(500));
      case 4:
        return proxy.blackhole(direction);
      case 5:
        await redis.script('FLUSH');
        return;
      case 6: {
        server.freeze();
        const since = performance.now();
        const duration = this.#below(1_000);
        await until(() => performance.now() - since >= duration, { what: 'the thaw', every: 5 });
        return server.thaw();
      }
      default:
        // Fair weather is as frequent as it takes for terms to begin at all.
        for (const replica of replicas) replica.proxy.heal();
    }
  }

  /** A whole number from 0 to `limit` - 1. */
  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}
