import type { Provider } from '@nestjs/common';
import { InvalidOptionsError } from '../errors/index.js';
import { BackgroundEvents } from '../events/index.js';
import { BackgroundExtensions } from '../extensions/index.js';
import { type ControlRecord, EventLoopLag, FleetAgent, FleetControl, FleetStatus } from '../fleet/index.js';
import { LEASE_STORE } from './lease-store.provider.js';
import {
  boardOf,
  CheckedBoard,
  type Clock,
  type FleetBoard,
  type LeaseStore,
  missingMethods,
} from '../lease/index.js';
import { StoreWatch } from '../leadership/index.js';
import { Replica } from '../manager/index.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import { openLog } from './open-log.js';
import type { ResolvedOptions } from '../options/resolve-options.js';

const agentProvider: Provider = {
  provide: FleetAgent,
  inject: [RESOLVED_OPTIONS, LEASE_STORE, Replica, BackgroundEvents, BackgroundExtensions, StoreWatch],
  useFactory: (
    options: ResolvedOptions,
    store: LeaseStore,
    replica: Replica,
    events: BackgroundEvents,
    extensions: BackgroundExtensions,
    storeWatch: StoreWatch,
  ) =>
    new FleetAgent({
      board: checkedBoardOf(store, options.clock),
      replica,
      clock: options.clock,
      random: options.random,
      timing: options.lease,
      logger: openLog(options),
      onRecord: tellOf(events),
      lag: new EventLoopLag(),
      version: options.fleet.version,
      ...{ enabled: options.enabled, shared: store.shared },
      extensions,
      storeWatch,
    }),
};

const statusProvider: Provider = {
  provide: FleetStatus,
  inject: [RESOLVED_OPTIONS, LEASE_STORE, Replica, FleetAgent],
  useFactory: (options: ResolvedOptions, store: LeaseStore, replica: Replica, agent: FleetAgent) =>
    new FleetStatus({
      ...{
        board: checkedBoardOf(store, options.clock),
        clock: options.clock,
        instanceId: options.instanceId,
      },
      logger: openLog(options),
      ...{ presence: () => agent.presence(), keys: () => replica.keys() },
      shardsOf: (key) => replica.shardsOf(key),
    }),
};

const controlProvider: Provider = {
  provide: FleetControl,
  inject: [RESOLVED_OPTIONS, LEASE_STORE, FleetStatus, BackgroundEvents],
  useFactory: (
    { clock, instanceId }: ResolvedOptions,
    store: LeaseStore,
    status: FleetStatus,
    events: BackgroundEvents,
  ) =>
    new FleetControl({
      board: checkedBoardOf(store, clock),
      clock,
      instanceId,
      status,
      onRecord: tellOf(events),
    }),
};

/**
 * Whatever board the store has, the fleet sees answers that were checked.
 * @throws InvalidOptionsError if it is no board: each call would fail, and nobody would hear of it
 */
function checkedBoardOf(store: LeaseStore, clock: Clock): FleetBoard | undefined {
  const board = boardOf(store);
  if (!board) return undefined;
  const missing = missingMethods(board);
  if (missing.length === 0) return new CheckedBoard(board, clock);
  const expected = `a FleetBoard, which also has the methods ${missing.join(', ')}`;
  throw new InvalidOptionsError([{ field: 'store.board', expected, received: board }]);
}

function tellOf(events: BackgroundEvents) {
  return ({ action, target, by, why, outcome }: ControlRecord) =>
    events.emit({ type: 'control', action, target, by, why, outcome });
}

/** What makes this replica one of a fleet. */
export const fleetProviders: readonly Provider[] = [agentProvider, statusProvider, controlProvider];
