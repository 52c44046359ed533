import { describeError, StoreError } from '../errors/index.js';
import type { EventSink } from '../events/index.js';
import { callGuest } from '../kit/index.js';
import {
  type Clock,
  instant,
  type LeaseStore,
  type Random,
  type Release,
  type Timer,
  type Unknown,
} from '../lease/index.js';
import { DueIndex } from './due-index.js';
import type { Elector } from './elector.js';
import { isUnknown, limited, toError, unknown } from './limited.js';
import { ReleaseWake } from './release-wake.js';
import { StoreTrouble } from './store-trouble.js';
import type { StoreWatch } from './store-watch.js';
import type { LeaseTiming } from './timing.js';
import { slices, Turns } from './turns.js';
import type { LineLogger } from '../logs/index.js';

/** Keys that are asked for in one turn of the event loop: as many as a script of Redis takes. */
const SENT_AT_ONCE = 250;

/** Replies that are handed in in one turn. */
const HANDED_AT_ONCE = 50;

export interface HeartbeatContext {
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly timing: LeaseTiming;
  readonly logger: LineLogger;
  readonly events?: EventSink | undefined;
  /** Keeps account of whether the store answers. */
  readonly storeWatch?: StoreWatch | undefined;
}

/**
 * Renews all held leases and tries all due keys of this replica, in one round trip: what is due a little later goes along, so that all
 * keys keep one beat and the cost grows with the replicas, not with keys, workers or iterations.
 *
 * More than one script can take is sent in slices, and more than a few replies are handed in in slices, one in a turn of the event loop.
 *
 * A command that is not answered within a fifth of the TTL counts as unknown, whatever the store promises; an answer that comes after
 * that is dropped. While a command hangs, other electors go on.
 */
export class Heartbeat {
  readonly #electors = new Map<string, Elector>();
  readonly #unwatch: () => void;
  /** Called whenever something is sent, in the same tick: what they send then travels along. */
  readonly beats = new Set<() => void>();
  readonly #tries = new DueIndex<Elector>();
  /** Tries that go along with no others before their time. */
  readonly #heldBack = new DueIndex<Elector>();
  readonly #renewals = new DueIndex<Elector>();
  /** Taken for a beat, and not sent yet. */
  readonly #queued = new Set<Elector>();
  readonly #sending: Turns;
  readonly #handing: Turns;
  #timer: Timer | undefined;
  /** What the timer was set for; `undefined` after it has fired. */
  #armedFor: number | undefined;
  readonly #wake: ReleaseWake;
  readonly #trouble: StoreTrouble;

  constructor(private readonly context: HeartbeatContext) {
    this.#sending = new Turns(context.clock);
    this.#handing = new Turns(context.clock);
    this.#wake = new ReleaseWake(context.clock, context.random);
    this.#trouble = new StoreTrouble(context.clock, context.logger);
    this.#unwatch = context.store.watch((release) => this.onReleased(release));
  }

  /** A lease was released: whoever waits for it tries soon. */
  onReleased({ key, holder, heir }: Release): void {
    const held = () => {
      let count = 0;
      for (const { leader } of this.#electors.values()) if (leader === holder) count += 1;
      return count;
    };
    const elector = this.#electors.get(key);
    if (elector) elector.onReleased(holder, heir === undefined ? this.#wake.next(held) : 0, heir);
  }

  add(elector: Elector): void {
    this.#electors.set(elector.key, elector);
  }

  close(): void {
    this.#timer?.cancel();
    this.#sending.close();
    this.#electors.clear();
    this.#tries.clear();
    this.#heldBack.clear();
    this.#renewals.clear();
    this.#unwatch();
  }

  /** Takes in when these electors are due now, and sets the timer for whatever is due first. */
  note(changed: Iterable<Elector>): void {
    for (const elector of changed) this.#note(elector);
    this.#arm();
  }

  /** What waits for its slice is due by that already; so is nobody who has left. */
  #note(elector: Elector): void {
    const isHere = this.#electors.get(elector.key) === elector && !this.#queued.has(elector);
    const dueAt = isHere ? elector.dueAt : undefined;
    const isStandby = elector.state.phase === 'standby';
    const isHeldBack = elector.notBefore !== undefined;
    this.#tries.set(elector, isStandby && !isHeldBack ? dueAt : undefined);
    this.#heldBack.set(elector, isStandby && isHeldBack ? dueAt : undefined);
    this.#renewals.set(elector, isStandby ? undefined : dueAt);
  }

  #arm(): void {
    const earliest = this.#earliest;
    if (earliest === this.#armedFor) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedFor = earliest;
    if (earliest === Infinity) return;
    this.#timer = this.context.clock.setTimeout(
      () => this.#beat(),
      earliest - this.context.clock.monotonic(),
    );
  }

  #beat(): void {
    this.#armedFor = undefined;
    const { clock, timing } = this.context;
    const now = clock.monotonic();
    // A timer may fire a moment early: nothing is due yet then.
    if (this.#earliest > now + 1) return this.#arm();
    const renewing = this.#renewals.take(now + timing.renewInterval / 2);
    const trying = [...this.#tries.take(now + this.#ahead), ...this.#heldBack.take(now + 1)];
    this.#queue([...renewing, ...trying]);
    this.#arm();
    for (const beat of this.beats) callGuest(beat);
  }

  get #earliest(): number {
    return Math.min(this.#tries.earliest, this.#heldBack.earliest, this.#renewals.earliest);
  }

  /** How long before its time a standby's try goes along with others, ms. */
  get #ahead(): number {
    return this.context.timing.retryInterval * this.context.timing.jitter;
  }

  /** Renews what is led of these keys, ahead of time: an operator may have changed a lease. */
  renewNow(keys: readonly string[]): void {
    const electors = keys.flatMap((key) => this.#electors.get(key) ?? []);
    this.#queue(
      electors.filter(
        (elector) =>
          elector.state.phase === 'leading' && elector.dueAt !== undefined && !this.#queued.has(elector),
      ),
    );
  }

  /** What fits into one slice is sent now. More goes slice by slice, one in a turn of the event loop. */
  #queue(electors: readonly Elector[]): void {
    for (const elector of electors) this.#queued.add(elector);
    this.#sending.add(slices(electors, SENT_AT_ONCE).map((slice) => () => this.#sendSlice(slice)));
  }

  /** The state is read anew: an elector may have stopped or led on while it waited for its slice. */
  #sendSlice(electors: readonly Elector[]): void {
    const renewing: Elector[] = [];
    const trying: Elector[] = [];
    const now = this.context.clock.monotonic();
    for (const elector of electors) {
      this.#queued.delete(elector);
      const { dueAt } = elector;
      if (dueAt === undefined || this.#electors.get(elector.key) !== elector) continue;
      if (elector.state.phase !== 'standby') renewing.push(elector);
      else if (dueAt <= now + this.#ahead && (elector.notBefore ?? now) <= now + 1) trying.push(elector);
    }
    try {
      this.#renew(renewing);
      this.#acquire(trying);
    } finally {
      // Whatever happens to a command, nobody is forgotten.
      for (const elector of electors) this.#note(elector);
      this.#arm();
    }
  }

  #renew(electors: readonly Elector[]): void {
    const sentAt = instant(this.context.clock);
    const held = electors.flatMap((elector) => {
      const { state } = elector;
      return state.phase === 'leading' || state.phase === 'stepping-down'
        ? [{ elector, request: elector.renewRequest(state.term) }]
        : [];
    });
    if (held.length === 0) return;
    const requests = held.map(({ request }) => request);
    const command = this.#send('renew', requests, () => this.context.store.renew(requests)).then((replies) =>
      this.#handAll(held, replies, ({ elector, request }, reply) =>
        elector.onRenewReply(reply, sentAt, request),
      ),
    );
    for (const { elector } of held) elector.sending(command);
  }

  #acquire(electors: readonly Elector[]): void {
    if (electors.length === 0) return;
    const sentAt = instant(this.context.clock);
    const spread = this.context.random();
    const requests = electors.map((elector) => elector.acquireRequest());
    const command = this.#send('acquire', requests, () => this.context.store.acquire(requests)).then(
      (replies) =>
        this.#handAll(electors, replies, (elector, reply) => elector.onAcquireReply(reply, sentAt, spread)),
    );
    for (const elector of electors) elector.sending(command);
  }

  /** Hands the replies to one slice in, a few in each turn of the event loop: a new term costs more than its request did. */
  #handAll<Asked, Reply>(
    asked: readonly Asked[],
    replies: readonly (Reply | Unknown)[],
    take: (asked: Asked, reply: Reply | Unknown) => void,
  ): Promise<void> {
    const hand = (from: number) => {
      for (const [i, one] of asked.slice(from, from + HANDED_AT_ONCE).entries())
        this.#hand(replies[from + i] ?? noReply, (reply) => take(one, reply));
    };
    return new Promise((resolve) => {
      const starts = asked.flatMap((_, i) => (i % HANDED_AT_ONCE === 0 ? [i] : []));
      this.#handing.add(
        starts.map((from) => () => {
          hand(from);
          if (from + HANDED_AT_ONCE >= asked.length) resolve();
        }),
      );
    });
  }

  /** Hands one reply in. If that fails, it fails for one key: it is asked for again, as if nobody had answered. */
  #hand<Reply>(reply: Reply, take: (reply: Reply | Unknown) => void): void {
    callGuest(
      () => take(reply),
      (error) => take(unknown(toError(error))),
    );
  }

  /** Runs one command of the store; whatever goes wrong becomes `unknown` for each of its keys. */
  async #send<Reply extends { readonly outcome: string }>(
    operation: 'acquire' | 'renew',
    requests: readonly { readonly key: string }[],
    command: () => Promise<readonly (Reply | Unknown)[]>,
  ): Promise<readonly (Reply | Unknown)[]> {
    const { clock, timing } = this.context;
    try {
      const replies = await limited(clock, timing, async () => command());
      this.#account(operation, requests, replies);
      return replies;
    } catch (cause) {
      const replies = requests.map(() => unknown(toError(cause)));
      this.#account(operation, requests, replies);
      return replies;
    }
  }

  #account(
    operation: 'acquire' | 'renew',
    requests: readonly { readonly key: string }[],
    replies: readonly { readonly outcome: string }[],
  ): void {
    const error = replies.find(isUnknown)?.error;
    this.#trouble.note(error);
    this.context.storeWatch?.note(requests, replies);
    const { events } = this.context;
    if (!error || !events?.hears('lease-error')) return;
    const keys = requests.flatMap(({ key }, i) => (isUnknown(replies[i] ?? noReply) ? [key] : []));
    const { message } = describeError(error);
    callGuest(() => events.emit({ type: 'lease-error', operation, keys, message }));
  }
}

const noReply = unknown(new StoreError('The lease store left out a reply'));
