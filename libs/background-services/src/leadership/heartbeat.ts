import { describeError, StoreError } from '../errors/index.js';
import type { EventSink } from '../events/index.js';
import { callGuest } from '../kit/index.js';
import {
  type Clock,
  instant,
  type LeaseStore,
  type Random,
  type Timer,
  type Unknown,
} from '../lease/index.js';
import type { Elector } from './elector.js';
import { isUnknown, limited, toError, unknown } from './limited.js';
import { ReleaseWake } from './release-wake.js';
import { StoreTrouble } from './store-trouble.js';
import type { StoreWatch } from './store-watch.js';
import type { LeaseTiming } from './timing.js';
import type { LineLogger } from '../logs/index.js';

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
 * A command that is not answered within a fifth of the TTL counts as unknown, whatever the store promises; an answer that comes after
 * that is dropped. While a command hangs, other electors go on.
 */
export class Heartbeat {
  readonly #electors = new Map<string, Elector>();
  readonly #unwatch: () => void;
  /** Called whenever something is sent, in the same tick: what they send then travels along. */
  readonly beats = new Set<() => void>();
  #timer: Timer | undefined;
  readonly #wake: ReleaseWake;
  readonly #trouble: StoreTrouble;

  constructor(private readonly context: HeartbeatContext) {
    this.#wake = new ReleaseWake(context.clock, context.random);
    this.#trouble = new StoreTrouble(context.clock, context.logger);
    this.#unwatch = context.store.watch(({ key, holder }) => this.onReleased(key, holder));
  }

  /** A lease was released: whoever waits for it tries soon. */
  onReleased(key: string, holder: string): void {
    const held = () => [...this.#electors.values()].filter(({ leader }) => leader === holder).length;
    this.#electors.get(key)?.onReleased(holder, this.#wake.next(held));
  }

  add(elector: Elector): void {
    this.#electors.set(elector.key, elector);
  }

  remove(elector: Elector): void {
    this.#electors.delete(elector.key);
  }

  close(): void {
    this.#timer?.cancel();
    this.#electors.clear();
    this.#unwatch();
  }

  /** Sets the timer for whatever is due first. */
  arm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    let earliest = Infinity;
    for (const { dueAt } of this.#electors.values())
      if (dueAt !== undefined && dueAt < earliest) earliest = dueAt;
    if (earliest === Infinity) return;
    this.#timer = this.context.clock.setTimeout(
      () => this.#beat(),
      earliest - this.context.clock.monotonic(),
    );
  }

  #beat(): void {
    const { clock, timing } = this.context;
    const now = clock.monotonic();
    const renewing: Elector[] = [];
    const trying: Elector[] = [];
    for (const elector of this.#electors.values()) {
      const { dueAt } = elector;
      if (dueAt === undefined) continue;
      if (elector.state.phase === 'standby') {
        if (dueAt <= now + timing.retryInterval * timing.jitter) trying.push(elector);
      } else if (dueAt <= now + timing.renewInterval / 2) renewing.push(elector);
    }
    // A timer may fire a moment early: nothing is due yet then.
    if (![...renewing, ...trying].some(({ dueAt = Infinity }) => dueAt <= now + 1)) return this.arm();
    this.#renew(renewing);
    this.#acquire(trying);
    for (const beat of this.beats) callGuest(beat);
  }

  /** Renews what is led of these keys, ahead of time: an operator may have changed a lease. */
  renewNow(keys: readonly string[]): void {
    const electors = keys.flatMap((key) => this.#electors.get(key) ?? []);
    this.#renew(electors.filter(({ state, dueAt }) => state.phase === 'leading' && dueAt !== undefined));
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
    const command = this.#send('renew', requests, () => this.context.store.renew(requests)).then(
      (replies) => {
        held.forEach(({ elector, request }, i) => {
          this.#hand(replies[i] ?? noReply, (reply) => elector.onRenewReply(reply, sentAt, request));
        });
      },
    );
    for (const { elector } of held) elector.sending(command);
  }

  #acquire(electors: readonly Elector[]): void {
    if (electors.length === 0) return;
    const sentAt = instant(this.context.clock);
    const spread = this.context.random();
    const requests = electors.map((elector) => elector.acquireRequest());
    const command = this.#send('acquire', requests, () => this.context.store.acquire(requests)).then(
      (replies) => {
        electors.forEach((elector, i) => {
          this.#hand(replies[i] ?? noReply, (reply) => elector.onAcquireReply(reply, sentAt, spread));
        });
      },
    );
    for (const elector of electors) elector.sending(command);
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
      this.#note(operation, requests, replies);
      return replies;
    } catch (cause) {
      const replies = requests.map(() => unknown(toError(cause)));
      this.#note(operation, requests, replies);
      return replies;
    }
  }

  #note(
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
