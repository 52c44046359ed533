import { InvalidOptionsError } from '../errors/index.js';
import {
  boardOf,
  CheckedBoard,
  type Clock,
  type FleetBoard,
  type LeaseStore,
  missingMethods,
} from '../lease/index.js';

/**
 * Whatever board the store has, the fleet sees answers that were checked.
 * @throws InvalidOptionsError if it is no board: each call would fail, and nobody would hear of it
 */
export function checkedBoardOf(store: LeaseStore, clock: Clock): FleetBoard | undefined {
  const board = boardOf(store);
  if (!board) return undefined;
  const missing = missingMethods(board);
  if (missing.length === 0) return new CheckedBoard(board, clock);
  const expected = `a FleetBoard, which also has the methods ${missing.join(', ')}`;
  throw new InvalidOptionsError([{ field: 'store.board', expected, received: board }]);
}
