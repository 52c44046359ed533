import type { RevocationReason } from '../errors/index.js';
import { type EventSink, type Instrumentation, surround } from '../events/index.js';
import { callGuest } from '../kit/index.js';
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
import type { LineLogger } from '../logs/index.js';
import type { Duties, RecordEntry } from './duties.js';
import { ElectionReporter } from './election-reporter.js';
import type { ElectorState } from './elector-state.js';
import type { KeptLease, LeaseKeeper } from './keeper/index.js';
import { isUnknown, limited, toError, unknown } from './limited.js';
import type { PlacementAdvice } from './placement-advice.js';
import { standbyDelay } from './standby-delay.js';
import { Term } from './term.js';
import { EXPIRY_SPREAD, HEIR_TTL, HELD_BACK_GRID, type LeaseTiming, unknownRetryDelay } from './timing.js';

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
  /** Says which replica should lead; not given: whoever comes first. */
  readonly placement?: PlacementAdvice | undefined;
  /** What is put around hand-overs; nothing by default. */
  readonly instrumentation?: Instrumentation | undefined;
  /** Told whenever an elector becomes due at another time. */
  readonly onDue: (elector: Elector) => void;
}

/**
 * The election of one key on this replica.
 *
 * | state | entered | left |
 * | --- | --- | --- |
 * | idle | at first; after `stop()` | `start()` |
 * | standby | `start()`; after a term, unless stopped | acquired → leading; `stop()` → idle |
 * | leading | acquired | lost, renew deadline, `stepDown()`, `handOver()`, `stop()` → stepping-down |
 * | stepping-down | a term ends: gate closed, signal aborted, draining, releasing | drained or given up → standby or idle |
 *
 * `#enter` is the one place where the state changes. The heartbeat asks `dueAt`, sends the command and hands in the reply; no reply and no
 * error of the store or the duties ends the elector. Whoever else is told (log, listeners, tracer, keeper) is a guest: a transition never
 * depends on what it does.
 */
export class Elector {
  #state: ElectorState = { phase: 'idle' };
  readonly #reporter: ElectionReporter;
  #tokenFloor = 0;
  #inFlight: Promise<void> | undefined;
  #givingBack: Promise<void> | undefined;

  constructor(
    readonly key: string,
    private readonly duties: Duties,
    private readonly context: ElectorContext,
  ) {
    this.#reporter = new ElectionReporter(key, context.logger, context.events);
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

  /**
   * Ends the term in order, and leaves the lease to a replica that waits for it. If that one does not come, this one tries again.
   * @returns whether a term ends
   */
  handOver(heir: string): boolean {
    if (this.#state.phase !== 'leading') return false;
    this.#stepDown('rebalance', 'campaign', heir);
    return true;
  }

  /** How often the lease has changed hands lately. */
  get recentTerms(): number {
    return this.duties.recentTerms ?? 0;
  }

  /** Whether work is running that a hand-over would interrupt. */
  get isBusy(): boolean {
    return this.#state.phase === 'leading' && (this.duties.isBusy ?? false);
  }

  #campaign(delay: number): void {
    const since = instant(this.context.clock);
    const dueAt = since.monotonic + delay;
    const fresh = {
      attempts: 0,
      holder: undefined,
      heard: undefined,
      wakeAt: undefined,
      notBefore: undefined,
    };
    this.#enter({ phase: 'standby', since, dueAt, ...fresh });
  }

  /** When the heartbeat should send the next command, on the monotonic clock; undefined: nothing to send, or one is under way. */
  get dueAt(): number | undefined {
    if (this.#inFlight || this.#state.phase === 'idle') return undefined;
    if (this.#state.phase === 'standby' && this.context.placement?.takesNew === false) return undefined;
    return this.#state.dueAt;
  }

  /** Before when not to try, on the monotonic clock; undefined: a try may go along with others at any time. */
  get notBefore(): number | undefined {
    return this.#state.phase === 'standby' ? this.#state.notBefore : undefined;
  }

  /** The heartbeat is sending a command for this elector. */
  sending(command: Promise<void>): void {
    const over = () => {
      if (this.#inFlight === settled) this.#inFlight = undefined;
      this.context.onDue(this);
    };
    const settled = command.then(over, over);
    this.#inFlight = settled;
    if (this.#state.phase === 'standby')
      this.#enter({ ...this.#state, wakeAt: undefined, notBefore: undefined });
  }

  acquireRequest(): AcquireRequest {
    const fields = this.duties.ledgerFields;
    return {
      key: this.key,
      holder: this.context.instanceId,
      ttl: this.context.timing.ttl,
      tokenFloor: this.#tokenFloor,
      ...(fields && { fields }),
    };
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
      this.#lead(reply, sentAt, { ...state, attempts });
      return;
    }
    const { clock, timing } = this.context;
    const now = clock.monotonic();
    const holder = reply.outcome === 'held' ? reply.holder : state.holder;
    const next =
      state.wakeAt === undefined
        ? this.#nextTry(reply, now, spread)
        : { dueAt: state.wakeAt, notBefore: state.notBefore };
    const heard =
      reply.outcome === 'held' && reply.ttl !== null
        ? { holder: reply.holder, at: now - Math.max(0, timing.ttl - reply.ttl) }
        : state.heard;
    this.#enter({ ...state, attempts, holder, heard, ...next });
    this.#reporter.waiting(attempts, state.since.monotonic, now, holder);
  }

  /** When to try after a try in vain. Only what waits for the end of a lease is held back, not a look now and then. */
  #nextTry(
    reply: Exclude<AcquireReply, { readonly outcome: 'acquired' }>,
    now: number,
    spread: number,
  ): NextTry {
    const delay = standbyDelay(reply, this.context.timing, spread);
    if (reply.outcome !== 'held' || reply.ttl === null) return this.#heldBack(now + delay, undefined);
    if (delay > reply.ttl) return this.#heldBack(now + delay, reply.holder);
    // A look at the very end of a lease would take what another replica should lead: it waits for the end, too.
    const isNearEnd = this.context.placement !== undefined && delay > reply.ttl - NEAR_END;
    if (!isNearEnd) return this.#heldBack(now + delay, undefined);
    return this.#heldBack(now + reply.ttl + 1 + spread * (EXPIRY_SPREAD - 1), reply.holder);
  }

  /** When to try for a lease that was left to this replica, or to another one that may not come. */
  #nextAfter(heir: string): NextTry {
    const now = this.context.clock.monotonic();
    if (heir !== this.context.instanceId) return holdUntil(now + HEIR_TTL + EXPIRY_SPREAD);
    this.#advise((placement) => placement.onHeir(this.key));
    return { dueAt: now, notBefore: undefined };
  }

  #heldBack(dueAt: number, holder: string | undefined): NextTry {
    const back =
      holder === undefined ? 0 : (this.#advise((placement) => placement.holdBack(this.key, holder)) ?? 0);
    return back > 0 ? holdUntil(dueAt + back) : { dueAt, notBefore: undefined };
  }

  /**
   * A release of this key was heard of: a standby tries at `wakeAt`, on the monotonic clock, if it would not sooner. If the lease is left to
   * another replica, this one tries when it would have come.
   */
  onReleased(holder: string, wakeAt: number, heir?: string): void {
    const state = this.#state;
    if (state.phase !== 'standby' || holder === this.context.instanceId) return;
    const next = heir === undefined ? this.#heldBack(wakeAt, holder) : this.#nextAfter(heir);
    const dueAt = next.notBefore === undefined ? Math.min(state.dueAt, next.dueAt) : next.dueAt;
    this.#enter({ ...state, dueAt, notBefore: next.notBefore, wakeAt: next.dueAt });
  }

  async #giveBack(token: number): Promise<void> {
    const { key } = this;
    const holder = this.context.instanceId;
    await this.#ask('release', (store) => store.release({ key, holder, token, ledger: {} }));
  }

  #lead(
    reply: AcquireReply & { outcome: 'acquired' },
    sentAt: Instant,
    { attempts, since, heard }: Extract<ElectorState, { phase: 'standby' }>,
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
      this.#keep(reply.token, sentAt),
    );
    const now = instant(clock);
    this.#enter({ phase: 'leading', term, since: now, dueAt: sentAt.monotonic + timing.renewInterval });
    const waited = now.monotonic - since.monotonic;
    this.#reporter.becameLeader(term, attempts, waited);
    try {
      const record: RecordEntry = (field, value, expected) => this.#record(term, field, value, expected);
      const before = heard && {
        holder: heard.holder,
        heardAt: term.storeNow() - (now.monotonic - heard.at),
      };
      this.duties.begin(term, reply.ledger, record, before);
    } catch (error) {
      this.#reporter.dutiesFailed('Beginning', error);
    }
    // Listeners come last: one that steps down at once must find the work begun.
    this.#reporter.elected(term, attempts, waited);
  }

  /** Without a keeper that takes it the term goes on as if there were none: the event loop renews. */
  #keep(token: number, sentAt: Instant): KeptLease | undefined {
    const { keeper, instanceId: holder } = this.context;
    try {
      return keeper?.keep({ key: this.key, holder, token }, sentAt);
    } catch (error) {
      this.#reporter.dutiesFailed('Keeping', error);
      return undefined;
    }
  }

  renewRequest(term: Term): RenewRequest {
    const { key, holder, fencingToken: token } = term;
    return { key, holder, token, ttl: this.context.timing.ttl, ledger: this.#unsavedEntries() };
  }

  onRenewReply(reply: RenewReply, sentAt: Instant, { token, ledger }: RenewRequest): void {
    const state = this.#state;
    if (state.phase !== 'leading' && state.phase !== 'stepping-down') return;
    if (state.term.fencingToken !== token) return;
    const { clock, timing } = this.context;
    switch (reply.outcome) {
      case 'renewed':
        this.#markSaved(ledger);
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

  /** Looks at the clocks: past the renew deadline the term ends at once. Returns the milliseconds left, if leading. */
  checkDeadline(now: Instant): number | undefined {
    if (this.#state.phase !== 'leading') return undefined;
    const { term } = this.#state;
    if (term.isLive(now)) return term.remaining(now);
    this.#stepDown(term.isLost ? 'lost' : 'deadline', 'campaign');
    return undefined;
  }

  #lost(term: Term, holder: string | null): void {
    const state = this.#state;
    if (state.phase === 'leading' && state.term === term) {
      this.#reporter.heldBy(holder);
      this.#stepDown('lost', 'campaign');
    } else if (state.phase === 'stepping-down' && state.term === term) {
      this.#enter({ ...state, reason: 'lost', dueAt: undefined });
    }
  }

  /** Gate, abort, drain, release: the only way a term ends. */
  #stepDown(reason: RevocationReason, then: 'campaign' | 'idle', heir?: string): void {
    const state = this.#state;
    if (state.phase !== 'leading') return;
    const { term } = state;
    term.closeGate();
    const renewing = reason === 'stop' || reason === 'step-down' || reason === 'rebalance';
    if (!renewing) term.drop();
    let finish: (clean: boolean) => void = () => undefined;
    const finished = new Promise<boolean>((resolve) => (finish = resolve));
    this.#enter({
      phase: 'stepping-down',
      term,
      reason,
      dueAt: renewing ? state.dueAt : undefined,
      then,
      heir,
      finished,
    });
    // The work is told first: where the log is written to may be slow.
    term.abort(reason);
    this.#reporter.termEnds(reason, term, heir);
    void this.#handOver(term, reason).then(finish, () => finish(false));
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
    const undrained = await (async () => this.duties.drain(term, drainTimeout))().catch((error: unknown) => {
      this.#reporter.dutiesFailed('Draining', error);
      return ['(unknown)'];
    });
    const state = this.#state;
    if (state.phase !== 'stepping-down') return undrained.length === 0;
    const { reason } = state;
    term.drop();
    this.#enter({ ...state, dueAt: undefined });
    const isDrained = undrained.length === 0;
    if (!isDrained) this.#reporter.undrained(undrained, timing.ttl);
    const isFree = isDrained && (reason === 'lost' || (await this.#release(term, this.#heir(state))));
    const next = this.#state.phase === 'stepping-down' ? this.#state.then : 'idle';
    if (next === 'idle') this.#enter({ phase: 'idle' });
    else this.#campaign(this.#standBack(reason, isFree));
    return isDrained;
  }

  /** How long to let others go first after stepping down; a lease that was not released must expire before they can. */
  #standBack(reason: RevocationReason, isFree: boolean): number {
    const { retryInterval, ttl } = this.context.timing;
    if (reason === 'rebalance' && isFree) return HEIR_TTL + 2 * EXPIRY_SPREAD;
    if (reason !== 'step-down' && reason !== 'rebalance') return 0;
    return isFree ? retryInterval : ttl + retryInterval;
  }

  /** Whom the lease is left to: whoever was named, or should lead it now that this replica leaves of its own accord. */
  #heir({ reason, heir }: Extract<ElectorState, { phase: 'stepping-down' }>): string | undefined {
    if (heir !== undefined || (reason !== 'stop' && reason !== 'step-down')) return heir;
    return this.#advise((placement) => placement.heirOf(this.key));
  }

  /** Without advice, and with advice that fails, whoever comes first leads. */
  #advise<Advice>(ask: (placement: PlacementAdvice) => Advice): Advice | undefined {
    const { placement } = this.context;
    if (!placement) return undefined;
    let advice: Advice | undefined;
    callGuest(
      () => (advice = ask(placement)),
      (error) => this.#reporter.dutiesFailed('Placing', error),
    );
    return advice;
  }

  /** Returns whether the lease is known to be free, or somebody else's. */
  async #release({ key, holder, fencingToken: token }: Term, heir: string | undefined): Promise<boolean> {
    // A renewal under way was written before and is answered before; waiting for it keeps the two from being told apart wrongly.
    await this.#inFlight;
    const ledger = this.#unsavedEntries();
    const request = {
      key,
      holder,
      token,
      ...(heir !== undefined && { heir: { holder: heir, ttl: HEIR_TTL } }),
    };
    const reply = await this.#ask('release', (store) => store.release({ ...request, ledger }));
    if (reply.outcome === 'released') this.#markSaved(ledger);
    if (reply.outcome !== 'unknown') return true;
    this.#reporter.notReleased(reply.error);
    return false;
  }

  /** What cannot be told is not saved; it must not keep the lease from being renewed or released. */
  #unsavedEntries(): Ledger {
    try {
      return this.duties.unsavedEntries();
    } catch (error) {
      this.#reporter.dutiesFailed('Saving', error);
      return {};
    }
  }

  #markSaved(ledger: Ledger): void {
    callGuest(
      () => this.duties.markSaved(ledger),
      (error) => this.#reporter.dutiesFailed('Saving', error),
    );
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
    if (isUnknown(reply)) this.#reporter.storeFailed(operation, reply.error);
    return reply;
  }

  #enter(state: ElectorState): void {
    const wasLeading = this.#state.phase === 'leading';
    this.#state = state;
    const isLeading = state.phase === 'leading';
    if (isLeading !== wasLeading) this.#advise((placement) => placement.onTerm(this.key, isLeading));
    this.context.onDue(this);
  }
}

/** A look that is due so shortly before the end of a lease waits for it, ms. */
const NEAR_END = 250;

type NextTry = Pick<Extract<ElectorState, { phase: 'standby' }>, 'dueAt' | 'notBefore'>;

/** One moment for many keys. */
function holdUntil(at: number): NextTry {
  const moment = Math.ceil(at / HELD_BACK_GRID) * HELD_BACK_GRID;
  return { dueAt: moment, notBefore: moment };
}
