import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';

/** `request`: the call is held before it is made. `reply`: it is made, and its answer is held. */
export type Side = 'request' | 'reply';

type Callback = (...args: readonly unknown[]) => unknown;

/** So many turns of the event loop without a call are taken for the end: ports in memory answer within one. */
const TURNS = 10;

/** Whose work it is that runs. One for all: each storage costs every promise of the process something, for as long as it lasts. */
const work = new AsyncLocalStorage<Hold>();

/**
 * Holds one of the calls that some work makes to its ports, so that something can happen while that work awaits the answer. A test that holds
 * the first call, then the second and so on has been at every await, without a sleep.
 */
export class Hold {
  /** What answers at once cannot be awaited; known once it was called. */
  readonly #sync = new Set<string>();
  readonly #async = new Set<string>();
  #wanted: { readonly nth: number; readonly side: Side } = { nth: 0, side: 'reply' };
  #calls = 0;
  #inFlight = 0;
  /** Calls and answers. */
  #steps = 0;
  #isHolding = false;
  #held: { readonly name: string; readonly letGo: () => void } | undefined;

  /** The call that is held now, or was. */
  get held(): string | undefined {
    return this.#held?.name;
  }

  /** Calls of the work that have no answer yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** From now on the calls are counted anew. */
  arm(nth: number, side: Side): void {
    this.#wanted = { nth, side };
    this.#calls = 0;
    this.#held = undefined;
  }

  /** Nothing is held any more, until it is armed again. */
  letGo(): void {
    this.#wanted = { nth: 0, side: 'reply' };
    this.#isHolding = false;
    this.#held?.letGo();
  }

  /** Only calls that this work makes are counted. */
  within<Result>(action: () => Result): Result {
    return work.run(this, action);
  }

  /** Resolves when the work can go no further by itself: no call is under way, or all that are wait for the one that is held. */
  async settled(): Promise<void> {
    for (let quiet = 0, seen = -1; quiet < TURNS;) {
      await turn();
      const isStill = seen === this.#steps && (this.#inFlight === 0 || this.#isHolding);
      quiet = isStill ? quiet + 1 : 0;
      seen = this.#steps;
    }
  }

  /** Puts this before all methods of a port, in place. */
  patch<Port extends object>(port: Port, name: string): Port {
    for (const method of methodsOf(port)) {
      const original = Reflect.get(port, method) as (...args: unknown[]) => unknown;
      const value = (...args: unknown[]) => {
        // Whoever listened before the work began is not part of it, though a port in memory calls back within its calls.
        const bound = args.map((arg) => (typeof arg === 'function' ? bind(arg as Callback) : arg));
        return this.#pass(`${name}.${method}`, () => Reflect.apply(original, port, bound));
      };
      Object.defineProperty(port, method, { value, configurable: true, writable: true });
    }
    return port;
  }

  #pass(name: string, call: () => unknown): unknown {
    if (work.getStore() !== this || this.#sync.has(name)) return call();
    // Each call has a number of its own, also one that is made within another.
    let number = this.#async.has(name) ? (this.#calls += 1) : undefined;
    if (number === this.#wanted.nth && this.#wanted.side === 'request')
      return this.#track(this.#park(name).then(call));
    const answer = call();
    if (!(answer instanceof Promise)) {
      this.#sync.add(name);
      return answer;
    }
    this.#async.add(name);
    number ??= this.#calls += 1;
    const isHeld = number === this.#wanted.nth && this.#wanted.side === 'reply';
    if (!isHeld) return this.#track(answer);
    const parked = this.#park(name);
    return this.#track(
      answer.then(
        (value: unknown) => parked.then(() => value),
        (error: unknown) => parked.then(() => Promise.reject(error)),
      ),
    );
  }

  #park(name: string): Promise<void> {
    this.#isHolding = true;
    return new Promise((letGo) => (this.#held = { name, letGo }));
  }

  #track(answer: Promise<unknown>): Promise<unknown> {
    this.#inFlight += 1;
    this.#steps += 1;
    return answer.finally(() => {
      this.#inFlight -= 1;
      this.#steps += 1;
    });
  }
}

/**
 * Plays a scene once for every call, each time with another one held, and once more with none.
 * @returns what was held, in order
 */
export async function atEveryAwait(hold: Hold, scene: () => Promise<void>): Promise<readonly string[]> {
  const held: string[] = [];
  // What is async is known after the first half.
  for (const side of ['reply', 'request'] as const)
    for (let nth = 1; ; nth++) {
      hold.arm(nth, side);
      await scene();
      if (hold.held === undefined) break;
      held.push(`${side} of ${hold.held}`);
    }
  return held;
}

function bind(callback: Callback): Callback {
  return AsyncLocalStorage.bind(callback);
}

function methodsOf(port: object): readonly string[] {
  const names = new Set<string>();
  for (let level = port; level !== Object.prototype; level = Object.getPrototypeOf(level) as object)
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level)))
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
  return [...names];
}
