import * as installed from 'redlock';

/**
 * What is used of redlock 5.0.0-beta.2. Its own declarations ask for clients of Redis, where these are ballots; and as its `exports` do not name them,
 * TypeScript finds them by `paths` in tsconfig.json.
 */
interface RedlockPackage {
  readonly Lock: new (
    redlock: Redlock,
    resources: readonly string[],
    value: string,
    attempts: readonly never[],
    expiration: number,
  ) => Lock;
  readonly ExecutionError: new (...args: never[]) => Error;
  readonly default: RedlockClass;
}

type RedlockClass = new (clients: Iterable<Client>, settings: { readonly retryCount: number }) => Redlock;

interface Redlock {
  acquire(resources: readonly string[], duration: number): Promise<Lock>;
  extend(lock: Lock, duration: number): Promise<Lock>;
  release(lock: Lock): Promise<unknown>;
}

interface Lock {
  readonly value: string;
}

interface Client {
  eval(): Promise<number>;
  evalsha(): Promise<number>;
}

const { Lock, ExecutionError, default: exported } = installed as unknown as RedlockPackage;
/** Where the app's modules are CommonJS, the default export may be the whole package. */
const Redlock = 'default' in exported ? (exported.default as RedlockClass) : exported;

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

  #redlock({ ballots }: Motion): Redlock {
    return new Redlock(ballots.map(toClient), SETTINGS);
  }

  /** Whether it has expired is told by the nodes and by the term's own clocks, not by redlock. */
  #lock(redlock: Redlock, { key, holder }: Motion): Lock {
    return new Lock(redlock, [key], holder, [], Infinity);
  }

  async #carried(vote: Promise<unknown>): Promise<boolean> {
    try {
      await vote;
      return true;
    } catch (error) {
      if (error instanceof ExecutionError) return false;
      throw error;
    }
  }
}

/** A ballot as redlock wants a client: the first script it runs is the question; a second one undoes the first, after a lost vote. */
function toClient({ cast, takeBack }: Ballot): Client {
  let asked = false;
  const evalsha = async () => {
    const script = asked ? takeBack().then(() => true) : cast();
    asked = true;
    // One for the one key, as redlock's own scripts answer.
    return (await script) ? 1 : 0;
  };
  return { evalsha, eval: evalsha };
}
