import { describeError, type RevocationReason } from '../errors/index.js';
import { type EventSink, type Instrumentation, surround } from '../events/index.js';
import {
  type AcquireReply,
  type AcquireRequest,
  type Clock,
  type Instant,
  instant,
  type LeaseStore,
  type Ledger,
  type RecordReply,
  type RenewReply,
  type RenewRequest,
  type Unknown,
} from '../lease/index.js';
import type { Duties } from './duties.js';
import { ElectionLog } from './election-log.js';
import type { LeaseKeeper } from './keeper/index.js';
import { isUnknown, limited, toError, unknown } from './limited.js';
import { standbyDelay } from './standby-delay.js';
import { Term } from './term.js';
import { type LeaseTiming, unknownRetryDelay } from './timing.js';
import type { LineLogger } from '../logs/index.js';

/** Everything that an elector is in at a time. `dueAt` is monotonic: when it next wants to talk to the store. */
export type ElectorState =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'standby';
      readonly since: Instant;
      readonly attempts: number;
      readonly dueAt: number;
      readonly holder: string | undefined;
      /** When to try for a release that was heard of since the last try was sent: it is younger than what that try's reply says. */
      readonly wakeAt: number | undefined;
    }
  | { readonly phase: 'leading'; readonly term: Term; readonly since: Instant; readonly dueAt: number }
  | {
      readonly phase: 'stepping-down';
      readonly term: Term;
      readonly reason: RevocationReason;
      /** Renewals go on while draining if the lease is still ours and we leave of our own accord. */
      readonly dueAt: number | undefined;
      readonly then: 'campaign' | 'idle';
      readonly finished: Promise<boolean>;
    };

export interface ElectorContext {
  readonly instanceId: string;
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly timing: LeaseTiming;
  /** Milliseconds that running work has to end in when a term ends. */
  readonly drainTimeout: number;
  readonly logger: LineLogger;
  /** Who renews while the event loop is blocked; none by default. */
  readonly keeper?: LeaseKeeper | undefined;
  /** Told of terms and of what the store fails at; nobody by default. */
  readonly events?: EventSink | undefined;
  /** What is put around hand-overs; nothing by default. */
  readonly instrumentation?: Instrumentation | undefined;
  /** Told whenever an elector becomes due at another time. */
  readonly onDue: () => void;
}

/**
 * The election of one key on this replica.
 *
 * | state | entered | left |
 * | --- | --- | --- |
 * | idle | at first; after `stop()` | `start()` |
 * | standby | `start()`; after a term, unless stopped | acquired → leading; `stop()` → idle |
 * | leading | acquired | lost, renew deadline, `stepDown()`, `stop()` → stepping-down |
 * | stepping-down | a term ends: gate closed, signal aborted, draining, releasing | drained or given up → standby or idle |
 *
 * `#enter` is the one place where the state changes. The heartbeat asks `dueAt`, sends the command and hands in the reply; no reply and no
 * error of the store or the duties ends the elector.
 */
export class Elector {
  #state: ElectorState = { phase: 'idle' };
  readonly #log: ElectionLog;
  #tokenFloor = 0;
  #inFlight: Promise<void> | undefined;
  #givingBack: Promise<void> | undefined;

  constructor(
    readonly key: string,
    private readonly duties: Duties,
    private readonly context: ElectorContext,
  ) {
    this.#log = new ElectionLog(key, context.logger);
  }

  get state(): ElectorState {
    return this.#state;
  }

  /** Whether this replica leads now, computed from the clocks. */
  get isLeader(): boolean {
    return this.#state.phase === 'leading' && this.#state.term.isLive();
  }

  /** Who leads, as far as this replica has seen. */
  get leader(): string | undefined {
    switch (this.#state.phase) {
      case 'leading':
        return this.context.instanceId;
      case 'standby':
        return this.#state.holder;
      case 'stepping-down':
      case 'idle':
        return undefined;
    }
  }

  /** When the heartbeat should send the next command, on the monotonic clock; undefined: nothing to send, or one is under way. */
  get dueAt(): number | undefined {
    return this.#inFlight || this.#state.phase === 'idle' ? undefined : this.#state.dueAt;
  }

  /** Starts to campaign. Without effect if it does already; while stepping down it makes the elector campaign again afterwards. */
  start(): void {
    if (this.#state.phase === 'idle') this.#campaign(0);
    else if (this.#state.phase === 'stepping-down') this.#enter({ ...this.#state, then: 'campaign' });
  }

  /** Leaves for good: ends a term in order. Resolves with whether all work had drained. */
  async stop(): Promise<boolean> {
    if (this.#state.phase === 'standby') this.#enter({ phase: 'idle' });
    if (this.#state.phase === 'leading') this.#stepDown('stop', 'idle');
    let clean = true;
    if (this.#state.phase === 'stepping-down') {
      this.#enter({ ...this.#state, then: 'idle' });
      clean = await this.#state.finished;
    }
    // An acquire under way may still succeed; then the lease is given back.
    await this.#inFlight;
    await this.#givingBack;
    return clean;
  }

  /** Ends the term, if there is one, and stays back for one retry interval so that another replica can lead. */
  async stepDown(): Promise<boolean> {
    if (this.#state.phase === 'leading') this.#stepDown('step-down', 'campaign');
    return this.#state.phase === 'stepping-down' ? this.#state.finished : true;
  }

  /** Looks at the clocks: past the renew deadline the term ends at once. Returns the milliseconds left, if leading. */
  checkDeadline(now: Instant): number | undefined {
    if (this.#state.phase !== 'leading') return undefined;
    const { term } = this.#state;
    if (term.isLive(now)) return term.remaining(now);
    this.#stepDown(term.isLost ? 'lost' : 'deadline', 'campaign');
    return undefined;
  }

  /** A release of this key was heard of: a standby tries at `wakeAt`, on the monotonic clock, if it would not sooner. */
  onReleased(holder: string, wakeAt: number): void {
    const state = this.#state;
    if (state.phase !== 'standby' || holder === this.context.instanceId) return;
    this.#enter({ ...state, dueAt: Math.min(state.dueAt, wakeAt), wakeAt });
  }

  /** The heartbeat is sending a command for this elector. */
  sending(command: Promise<void>): void {
    const settled = command.finally(() => {
      if (this.#inFlight === settled) this.#inFlight = undefined;
      this.context.onDue();
    });
    this.#inFlight = settled;
    if (this.#state.phase === 'standby') this.#enter({ ...this.#state, wakeAt: undefined });
  }

  acquireRequest(): AcquireRequest {
    return {
      key: this.key,
      holder: this.context.instanceId,
      ttl: this.context.timing.ttl,
      tokenFloor: this.#tokenFloor,
    };
  }

  renewRequest(term: Term): RenewRequest {
    const { key, holder, fencingToken: token } = term;
    return { key, holder, token, ttl: this.context.timing.ttl, ledger: this.#unsavedEntries() };
  }

  /** @param spread the heartbeat's random factor of this batch, 0 to 1: one for all keys, so that they stay in one round trip. */
  onAcquireReply(reply: AcquireReply, sentAt: Instant, spread: number): void {
    if (reply.outcome === 'acquired') this.#tokenFloor = Math.max(this.#tokenFloor, reply.token);
    const state = this.#state;
    if (state.phase !== 'standby') {
      if (reply.outcome === 'acquired') this.#givingBack = this.#giveBack(reply.token);
      return;
    }
    const attempts = state.attempts + 1;
    if (reply.outcome === 'acquired') {
      this.#lead(reply, sentAt, attempts, state.since);
      return;
    }
    const { clock, timing } = this.context;
    const now = clock.monotonic();
    const holder = reply.outcome === 'held' ? reply.holder : state.holder;
    this.#log.waiting(attempts, state.since.monotonic, now, holder);
    const dueAt = state.wakeAt ?? now + standbyDelay(reply, timing, spread);
    this.#enter({ ...state, attempts, holder, dueAt });
  }

  onRenewReply(reply: RenewReply, sentAt: Instant, { token, ledger }: RenewRequest): void {
    const state = this.#state;
    if (state.phase !== 'leading' && state.phase !== 'stepping-down') return;
    if (state.term.fencingToken !== token) return;
    const { clock, timing } = this.context;
    switch (reply.outcome) {
      case 'renewed':
        this.duties.markSaved(ledger);
        if (state.phase === 'stepping-down') {
          if (state.dueAt !== undefined)
            this.#enter({ ...state, dueAt: sentAt.monotonic + timing.renewInterval });
        } else if (state.term.confirm(sentAt, reply.storeTime)) {
          this.#enter({ ...state, dueAt: sentAt.monotonic + timing.renewInterval });
        } else this.#stepDown('deadline', 'campaign');
        return;
      case 'lost':
        this.#lost(state.term, reply.holder);
        return;
      case 'unknown':
        if (state.phase === 'leading' || state.dueAt !== undefined) {
          this.#enter({ ...state, dueAt: clock.monotonic() + unknownRetryDelay(timing) });
        }
    }
  }

  /** Writes one ledger entry under the current term. */
  async #record(term: Term, field: string, value: string, expected?: string | null): Promise<RecordReply> {
    const { key, holder, fencingToken: token } = term;
    const request = { key, holder, token, field, value, ...(expected === undefined ? {} : { expected }) };
    const reply = await this.#ask('record', (store) => store.record(request));
    if (reply.outcome === 'lost') this.#lost(term, reply.holder);
    return reply;
  }

  #lost(term: Term, holder: string | null): void {
    const state = this.#state;
    if (state.phase === 'leading' && state.term === term) {
      this.#log.heldBy(holder);
      this.#stepDown('lost', 'campaign');
    } else if (state.phase === 'stepping-down' && state.term === term) {
      this.#enter({ ...state, reason: 'lost', dueAt: undefined });
    }
  }

  #campaign(delay: number): void {
    const since = instant(this.context.clock);
    const dueAt = since.monotonic + delay;
    this.#enter({ phase: 'standby', since, attempts: 0, dueAt, holder: undefined, wakeAt: undefined });
  }

  #lead(
    reply: AcquireReply & { outcome: 'acquired' },
    sentAt: Instant,
    attempts: number,
    since: Instant,
  ): void {
    const { clock, timing, instanceId } = this.context;
    const term = new Term(
      this.key,
      instanceId,
      reply.token,
      clock,
      timing.renewDeadline,
      sentAt,
      reply.storeTime,
      this.context.keeper?.keep({ key: this.key, holder: instanceId, token: reply.token }, sentAt),
    );
    const now = instant(clock);
    this.#enter({ phase: 'leading', term, since: now, dueAt: sentAt.monotonic + timing.renewInterval });
    const waited = now.monotonic - since.monotonic;
    this.#log.becameLeader(term, attempts, waited);
    try {
      this.duties.begin(term, reply.ledger, (field, value, expected) =>
        this.#record(term, field, value, expected),
      );
    } catch (error) {
      this.#log.dutiesFailed('Beginning', error);
    }
    // Listeners come last: one that steps down at once must find the work begun.
    this.context.events?.emit({ type: 'elected', key: this.key, token: term.fencingToken, attempts, waited });
  }

  /** Gate, abort, drain, release: the only way a term ends. */
  #stepDown(reason: RevocationReason, then: 'campaign' | 'idle'): void {
    const state = this.#state;
    if (state.phase !== 'leading') return;
    const { term } = state;
    term.closeGate();
    const renewing = reason === 'stop' || reason === 'step-down';
    if (!renewing) term.drop();
    let finish: (clean: boolean) => void = () => undefined;
    const finished = new Promise<boolean>((resolve) => (finish = resolve));
    this.#enter({
      phase: 'stepping-down',
      term,
      reason,
      dueAt: renewing ? state.dueAt : undefined,
      then,
      finished,
    });
    // The work is told first: where the log is written to may be slow.
    term.abort(reason);
    this.#log.termEnds(reason, term);
    this.context.events?.emit({ type: 'revoked', key: this.key, token: term.fencingToken, reason });
    void this.#handOver(term, reason).then(finish);
  }

  #handOver(term: Term, reason: RevocationReason): Promise<boolean> {
    const { key, fencingToken: token } = term;
    const { instrumentation } = this.context;
    if (!instrumentation) return this.#finishTerm(term);
    return surround(
      (work) => instrumentation.handOver({ key, token, reason }, work),
      () => this.#finishTerm(term),
    );
  }

  async #finishTerm(term: Term): Promise<boolean> {
    const { drainTimeout, timing } = this.context;
    const undrained = await this.duties.drain(term, drainTimeout).catch((error: unknown) => {
      this.#log.dutiesFailed('Draining', error);
      return ['(unknown)'];
    });
    const state = this.#state;
    if (state.phase !== 'stepping-down') return undrained.length === 0;
    const { reason } = state;
    term.drop();
    this.#enter({ ...state, dueAt: undefined });
    if (undrained.length > 0) this.#log.undrained(undrained, timing.ttl);
    else if (reason !== 'lost') await this.#release(term);
    const next = this.#state.phase === 'stepping-down' ? this.#state.then : 'idle';
    if (next === 'idle') this.#enter({ phase: 'idle' });
    else this.#campaign(reason === 'step-down' ? this.#standBack(undrained.length > 0) : 0);
    return undrained.length === 0;
  }

  /** How long to let others go first after stepping down; a lease that was not released must expire before they can. */
  #standBack(held: boolean): number {
    const { retryInterval, ttl } = this.context.timing;
    return held ? ttl + retryInterval : retryInterval;
  }

  async #release({ key, holder, fencingToken: token }: Term): Promise<void> {
    // A renewal under way was written before and is answered before; waiting for it keeps the two from being told apart wrongly.
    await this.#inFlight;
    const ledger = this.#unsavedEntries();
    const reply = await this.#ask('release', (store) => store.release({ key, holder, token, ledger }));
    if (reply.outcome === 'released') this.duties.markSaved(ledger);
    if (reply.outcome === 'unknown') this.#log.notReleased(reply.error);
  }

  /** What cannot be told is not saved; it must not keep the lease from being renewed or released. */
  #unsavedEntries(): Ledger {
    try {
      return this.duties.unsavedEntries();
    } catch (error) {
      this.#log.dutiesFailed('Saving', error);
      return {};
    }
  }

  async #giveBack(token: number): Promise<void> {
    const { key } = this;
    const holder = this.context.instanceId;
    await this.#ask('release', (store) => store.release({ key, holder, token, ledger: {} }));
  }

  /** Sends one command to the store; whatever goes wrong is `unknown`. */
  async #ask<Reply extends { readonly outcome: string }>(
    operation: 'record' | 'release',
    command: (store: LeaseStore) => Promise<Reply | Unknown>,
  ): Promise<Reply | Unknown> {
    const { clock, timing, store } = this.context;
    const reply = await limited(clock, timing, async () => command(store)).catch((cause: unknown) =>
      unknown(toError(cause)),
    );
    if (isUnknown(reply)) {
      const { message } = describeError(reply.error);
      this.context.events?.emit({ type: 'lease-error', operation, keys: [this.key], message });
    }
    return reply;
  }

  #enter(state: ElectorState): void {
    this.#state = state;
    this.context.onDue();
  }
}
