import { hostname } from 'node:os';
import type { Clock, FleetBoard, Random } from '../lease/index.js';
import type { BackgroundExtensions } from '../extensions/index.js';
import type { LineLogger } from '../logs/index.js';
import type { LeaseTiming, StoreWatch } from '../leadership/index.js';
import type { Replica } from '../manager/index.js';
import { CataloguePoster } from './catalogue-poster.js';
import { decodeExceptions, encodeExceptions } from './catalogue.js';
import { CommandHandler } from './command-handler.js';
import type { ControlRecord } from './control-command.js';
import { DifferenceWatch } from './difference-watch.js';
import type { EventLoopLag } from './event-loop-lag.js';
import { PresencePublisher } from './presence-publisher.js';
import { type CardFacts, encodeCard } from './replica-card.js';
import type { ReplicaPresence } from './replica-presence.js';
import { storeTroubles } from './store-troubles.js';

export interface FleetAgentContext {
  readonly board: FleetBoard | undefined;
  readonly replica: Replica;
  readonly clock: Clock;
  readonly random: Random;
  readonly timing: LeaseTiming;
  readonly logger: LineLogger;
  readonly lag: EventLoopLag;
  /** Of the app. */
  readonly version: string | undefined;
  readonly enabled: boolean;
  /** Whether other replicas may see the board. */
  readonly shared: boolean;
  readonly extensions: BackgroundExtensions;
  readonly storeWatch: Pick<StoreWatch, 'fault' | 'warnings'>;
  readonly onRecord?: (record: ControlRecord) => void;
}

/** More workers than this do not fit into a card, whatever they are called. */
const MOST_LISTED = 60;

/**
 * This replica's part in the fleet: tells of itself, and carries out what operators ask of it. It joins when it has something to tell somebody:
 * nothing is sent, and no timer runs, before there is a worker or an extension.
 */
export class FleetAgent {
  readonly #bootedAt: number;
  #state: 'booting' | 'booted' | 'joined' | 'closed' = 'booting';
  #poster: CataloguePoster | undefined;
  /** Once its workers were too many for the card, they stay in the catalogue. */
  #workersGo: 'into the card' | 'into a catalogue' = 'into the card';
  #leave: () => Promise<void> = () => Promise.resolve();

  constructor(private readonly context: FleetAgentContext) {
    const { replica, clock, extensions } = context;
    this.#bootedAt = clock.monotonic();
    extensions.onAdd(() => this.#reconsider());
    replica.observe({
      registered: () => this.#reconsider(),
      closing: () => {
        this.#state = 'closed';
        return this.#leave();
      },
    });
  }

  start(): void {
    if (this.#state === 'booting') this.#state = 'booted';
    this.#reconsider();
  }

  #reconsider(): void {
    const { board } = this.context;
    if (this.#state === 'booted' && board && this.#hasSomethingToTell()) this.#join(board);
  }

  /** On a board that nobody else sees, what does not campaign need not be posted: whoever asks here is told all the same. */
  #hasSomethingToTell(): boolean {
    const { replica, extensions, enabled, shared } = this.context;
    const hasWorkers = replica.keys().length > 0;
    return shared ? hasWorkers || extensions.size > 0 : hasWorkers && enabled;
  }

  #join(board: FleetBoard): void {
    this.#state = 'joined';
    const { replica, clock, random, timing, logger, onRecord, lag, shared } = this.context;
    const handler = new CommandHandler({ board, replica, clock, logger, ...(onRecord ? { onRecord } : {}) });
    const publisher = new PresencePublisher({
      board,
      clock,
      instanceId: replica.instanceId,
      ttl: timing.ttl,
      interval: timing.renewInterval,
      text: () => this.#card(),
      onRevision: (revision) => handler.onRevision(revision),
      logger,
    });
    const { pages } = board;
    const onPosted = () => publisher.onChange();
    this.#poster = pages && new CataloguePoster({ pages, replica, clock, ttl: timing.ttl, onPosted, logger });
    replica.observe({ registered: () => this.#poster?.renew() });
    const watch = new DifferenceWatch({
      board,
      clock,
      instanceId: replica.instanceId,
      // Replicas that boot together do not all look at once.
      firstLook: (2 + 4 * random()) * timing.renewInterval,
      presence: () => this.presence(),
      keys: () => replica.keys(),
      logger,
    });
    replica.observe({ beat: () => publisher.onBeat(), termChanged: () => publisher.onChange() });
    this.#leave = async () => {
      lag.close();
      await watch.close();
      await handler.close();
      await this.#poster?.close();
      await publisher.close();
    };
    lag.start();
    publisher.start();
    // Nobody else is on a board that others do not see.
    if (shared) watch.start();
  }

  /** What this replica knows of itself now. */
  presence(): ReplicaPresence {
    const { replica } = this.context;
    const facts = { ...this.#facts(), terms: replica.terms() };
    const catalogue = this.#poster?.posted;
    if (!catalogue) return { ...facts, workers: replica.outlines() };
    const { id, workers } = catalogue;
    const exceptions = encodeExceptions(workers, (worker) => replica.modeOf(worker));
    return { ...facts, workers, catalogue: id, modes: decodeExceptions(workers, exceptions) };
  }

  /** What it posts of that: of a bounded size, if the board has a place for the rest. */
  #card(): string {
    const { replica } = this.context;
    const size = replica.size;
    const facts = { ...this.#facts(), terms: size <= MOST_LISTED ? replica.terms() : [] };
    const poster = this.#poster;
    if (!poster) return JSON.stringify({ ...facts, terms: replica.terms(), workers: replica.outlines() });
    if (this.#workersGo === 'into the card') {
      const listed = { kind: 'listed', workers: size <= MOST_LISTED ? replica.outlines() : [] } as const;
      const text = size <= MOST_LISTED ? encodeCard(facts, listed) : undefined;
      if (text !== undefined) return text;
      this.#workersGo = 'into a catalogue';
    }
    poster.post();
    const catalogue = poster.posted;
    if (!catalogue) return encodeCard(facts, { kind: 'later' });
    return encodeCard(facts, {
      kind: 'catalogue',
      catalogue,
      modeOf: (worker) => replica.modeOf(worker),
    });
  }

  #facts(): Omit<CardFacts, 'terms'> {
    const { replica, clock, version = null, enabled, extensions, lag, storeWatch } = this.context;
    const at = replica.storeNow();
    return {
      ...(at === undefined ? {} : { at: Math.round(at) }),
      id: replica.instanceId,
      host: hostname(),
      pid: process.pid,
      version,
      node: process.version,
      uptime: Math.round(clock.monotonic() - this.#bootedAt),
      eventLoopLag: lag.read(),
      enabled,
      placement: replica.placement,
      extensions: extensions.presences(),
      troubles: storeTroubles(storeWatch, clock.wall()),
    };
  }
}
