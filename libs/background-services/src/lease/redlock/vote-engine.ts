// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- whoever compiles this file needs it, whatever else they include
/// <reference path="./redlock.d.ts" />
import type * as RedlockPackage from 'redlock';
import { MissingPackageError } from '../../errors/index.js';

/** One node's say in a vote. Neither call rejects: a node that fails has not said yes. */
export interface Ballot {
  /** Whether the node says yes. */
  readonly cast: () => Promise<boolean>;
  /** Takes a yes back that was of no use, the one still under way included. */
  readonly takeBack: () => Promise<void>;
}

/** One lease put to the vote. */
export interface Motion {
  readonly key: string;
  readonly holder: string;
  /** Milliseconds. */
  readonly ttl: number;
  /** One a node. */
  readonly ballots: readonly Ballot[];
}

/** A single try: who tries again, and when, is for those to say who know why the last try failed. */
const SETTINGS = { retryCount: 0 };

/**
 * Counts votes with redlock: a motion is carried as soon as a majority of the nodes says yes, and rejected as soon as it cannot be any more.
 *
 * That is all redlock is used for. It sees no Redis, but one {@link Ballot} a node, which a node's script has answered: redlock's own
 * scripts have room for neither token, holder nor ledger. It keeps no time either: its `using()` does not notice a blocked event loop, a
 * stepped clock or a Redis that hangs. The number of ballots must be odd: of two votes, one each way settles nothing, and redlock would wait
 * for ever.
 */
export class VoteEngine {
  private constructor(private readonly redlock: typeof RedlockPackage) {}

  /** @throws MissingPackageError if redlock is not installed */
  static async load(): Promise<VoteEngine> {
    try {
      return new VoteEngine(await import('redlock'));
    } catch (cause) {
      throw new MissingPackageError('redlock', '5.0.0-beta.2', 'leases on several Redis servers', { cause });
    }
  }

  /** Votes on a new holder. Resolves with whether it is elected; the votes of a minority are taken back. */
  elect(motion: Motion): Promise<boolean> {
    return this.#carried(this.#redlock(motion).acquire([motion.key], Math.ceil(motion.ttl)));
  }

  /** Votes on prolonging a lease. Resolves with whether a majority has. */
  prolong(motion: Motion): Promise<boolean> {
    const redlock = this.#redlock(motion);
    return this.#carried(redlock.extend(this.#lock(redlock, motion), Math.ceil(motion.ttl)));
  }

  /** Votes on giving a lease up. Resolves with whether a majority has. */
  release(motion: Motion): Promise<boolean> {
    const redlock = this.#redlock(motion);
    return this.#carried(redlock.release(this.#lock(redlock, motion)));
  }

  #redlock({ ballots }: Motion): RedlockPackage.default {
    return new this.redlock.default(ballots.map(toClient), SETTINGS);
  }

  /** Whether it has expired is told by the nodes and by the term's own clocks, not by redlock. */
  #lock(redlock: RedlockPackage.default, { key, holder }: Motion) {
    return new this.redlock.Lock(redlock, [key], holder, [], Infinity);
  }

  async #carried(vote: Promise<unknown>): Promise<boolean> {
    try {
      await vote;
      return true;
    } catch (error) {
      if (error instanceof this.redlock.ExecutionError) return false;
      throw error;
    }
  }
}

/** A ballot as redlock wants a client: the first script it runs is the question; a second one undoes the first, after a lost vote. */
function toClient({ cast, takeBack }: Ballot) {
  let asked = false;
  const evalsha = async () => {
    const script = asked ? takeBack().then(() => true) : cast();
    asked = true;
    // One for the one key, as redlock's own scripts answer.
    return (await script) ? 1 : 0;
  };
  return { evalsha, eval: evalsha };
}
