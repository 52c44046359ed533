import type { LeaseStore } from '../lease-store.js';
import type { FleetBoard } from './fleet-board.js';

/** A store that offers more than leases: a board, on which the replicas leave word for each other. */
export interface StoreWithBoard extends LeaseStore {
  readonly board: FleetBoard;
}

/** The board that a store offers. Without one, leases work as ever; there is no view of the fleet, and no control of it. */
export function boardOf(store: LeaseStore): FleetBoard | undefined {
  return (store as Partial<StoreWithBoard>).board;
}
