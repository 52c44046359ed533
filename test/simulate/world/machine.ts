import type { Instant } from '../../../libs/background-services/src/lease/index.js';
import { EPOCH, type History } from '../engine/history.js';
import type { Random } from '../engine/random.js';
import type { Scheduled, Scheduler } from '../engine/scheduler.js';
import type { MachinePlan } from '../plan/plan.js';

/** What waits for a machine that stands still: its event loop runs timers before it looks at its sockets, or the other way round. */
type Source = 'timer' | 'socket';

interface Waiting {
  readonly source: Source;
  readonly action: () => void;
}

/** How late a timer may be on a machine that is not blocked, ms. */
const TIMER_LATENESS = 1.5;

/** What clocks that are computed may be wrong by, ms. */
const ROUNDING = 1e-6;

/**
 * One computer: its clocks, and whether it runs at all. It goes on when its process is killed.
 *
 * Its clocks run at a rate of their own from an origin of their own. Suspended, its monotonic clock stands still while the wall clock goes on,
 * as on Linux.
 */
export class Machine {
  readonly name: string;
  readonly rate: number;
  #offset: number;
  /** True time that the monotonic clock has missed. */
  #suspended = 0;
  #halt: { readonly kind: 'pause' | 'suspend'; readonly since: number; readonly end: Scheduled } | undefined;
  #waiting: Waiting[] = [];
  #runningSince = 0;

  constructor(
    readonly number: number,
    readonly plan: MachinePlan,
    private readonly scheduler: Scheduler,
    private readonly history: History,
    private readonly random: Random,
  ) {
    this.name = `m${number}`;
    this.rate = 1 + plan.drift / 1_000;
    this.#offset = plan.offset;
  }

  monotonic(): number {
    const until = this.#halt?.kind === 'suspend' ? this.#halt.since : this.scheduler.now;
    return (until - this.#suspended) * this.rate;
  }

  /** Whole milliseconds, as `Date.now()` gives. */
  wall(): number {
    return EPOCH + Math.floor(this.scheduler.now * this.rate + this.#offset);
  }

  instant(): Instant {
    return { monotonic: this.monotonic(), wall: this.wall() };
  }

  get isHalted(): boolean {
    return this.#halt !== undefined;
  }

  /** Since when it has been running without a break, in true time. */
  get runningSince(): number {
    return this.#runningSince;
  }

  setClock(by: number): void {
    this.#offset += by;
    this.history.note(this.name, () => `wall clock set by ${by} ms`);
  }

  /** Calls back as Node's timers do: the delay is cut to whole milliseconds, at least one, and the call comes a little late. */
  setTimer(action: () => void, delay: number): Scheduled {
    const due = this.monotonic() + Math.max(1, Math.trunc(delay));
    let pending: Scheduled;
    const arm = () => {
      const wait = (due - this.monotonic()) / this.rate + this.random() * TIMER_LATENESS;
      pending = this.scheduler.after(wait, fire);
    };
    const fire = () => {
      if (state === 'cancelled') return;
      if (this.#halt) this.#wait('timer', fire);
      // It was suspended on the way.
      else if (due - this.monotonic() > ROUNDING) arm();
      else action();
    };
    let state: 'pending' | 'cancelled' = 'pending';
    arm();
    return {
      cancel: () => {
        state = 'cancelled';
        pending.cancel();
      },
    };
  }

  /** Something arrived from the network. */
  receive(action: () => void): void {
    if (this.#halt) this.#wait('socket', action);
    else action();
  }

  /** Stands still for so long. @param onResume called when it goes on, before anything that has waited */
  halt(kind: 'pause' | 'suspend', lasts: number): void {
    if (this.#halt) return;
    this.history.note(this.name, () => `${kind} for ${lasts} ms`);
    const end = this.scheduler.after(lasts, () => this.resume());
    this.#halt = { kind, since: this.scheduler.now, end };
  }

  resume(): void {
    if (!this.#halt) return;
    const { kind, since, end } = this.#halt;
    end.cancel();
    this.#halt = undefined;
    const { now } = this.scheduler;
    if (kind === 'suspend') this.#suspended += now - since;
    this.#runningSince = now;
    this.history.note(this.name, () => 'goes on');
    const first: Source = this.random() < 0.5 ? 'timer' : 'socket';
    const waiting = this.#waiting.splice(0);
    for (const { action } of waiting.filter(({ source }) => source === first)) this.#later(action);
    for (const { action } of waiting.filter(({ source }) => source !== first)) this.#later(action);
  }

  #later(action: () => void): void {
    this.scheduler.at(this.scheduler.now, () => {
      if (this.#halt) this.#wait('timer', action);
      else action();
    });
  }

  #wait(source: Source, action: () => void): void {
    this.#waiting.push({ source, action });
  }
}
