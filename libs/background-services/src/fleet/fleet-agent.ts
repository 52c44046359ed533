import { hostname } from 'node:os';
import type { Clock, FleetBoard } from '../lease/index.js';
import type { BackgroundExtensions } from '../extensions/index.js';
import type { LineLogger } from '../logs/index.js';
import type { LeaseTiming } from '../leadership/index.js';
import type { BackgroundServiceManager } from '../manager/index.js';
import { ControlDesk } from './control-desk.js';
import type { ControlRecord } from './control-orders.js';
import type { EventLoopLag } from './event-loop-lag.js';
import { FleetPublisher } from './fleet-publisher.js';
import type { ReplicaCard } from './replica-card.js';

export interface FleetAgentContext {
  readonly board: FleetBoard | undefined;
  readonly manager: BackgroundServiceManager;
  readonly clock: Clock;
  readonly timing: LeaseTiming;
  readonly logger: LineLogger;
  readonly lag: EventLoopLag;
  /** Of the app. */
  readonly version: string | undefined;
  readonly enabled: boolean;
  readonly extensions: BackgroundExtensions;
  readonly onRecord?: (record: ControlRecord) => void;
}

/** This replica's part in the fleet: tells of itself, and carries out what is ordered. */
export class FleetAgent {
  readonly #bootedAt: number;
  readonly #publisher: FleetPublisher | undefined;

  constructor(private readonly context: FleetAgentContext) {
    const { board, manager, clock, timing, logger, onRecord, lag } = context;
    this.#bootedAt = clock.monotonic();
    if (!board) return;
    const desk = new ControlDesk({ board, manager, clock, logger, ...(onRecord ? { onRecord } : {}) });
    const publisher = new FleetPublisher({
      board,
      clock,
      instanceId: manager.instanceId,
      ttl: timing.ttl,
      interval: timing.renewInterval,
      card: () => this.card(),
      onRevision: (revision) => desk.onRevision(revision),
      logger,
    });
    this.#publisher = publisher;
    manager.onBeat(() => publisher.onBeat());
    manager.onTermChange(() => publisher.onChange());
    manager.onClose(async () => {
      lag.close();
      await desk.close();
      await publisher.close();
    });
  }

  start(): void {
    this.context.lag.start();
    this.#publisher?.start();
  }

  /** What this replica says of itself now. */
  card(): ReplicaCard {
    const { manager, clock, version = null, enabled, extensions, lag } = this.context;
    return {
      id: manager.instanceId,
      host: hostname(),
      pid: process.pid,
      version,
      node: process.version,
      uptime: Math.round(clock.monotonic() - this.#bootedAt),
      eventLoopLag: lag.read(),
      enabled,
      extensions: extensions.cards(),
      terms: manager.terms(),
      workers: manager.outlines().map(({ period = null, ...outline }) => ({ ...outline, period })),
    };
  }
}
