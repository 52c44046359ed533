import type { FleetBoard } from './fleet-board.js';

const METHODS: Readonly<Record<Exclude<keyof FleetBoard, 'pages' | 'members'>, true>> = {
  ...{ time: true, putPresence: true, revision: true, removePresence: true, presences: true },
  ...{ look: true, setEntries: true, disable: true, free: true },
  ...{ sendCommand: true, commands: true, claimCommand: true, answerCommand: true, answerTo: true },
  ...{ announce: true, notes: true, watch: true },
};

/** What a board that a store offers would have to have as well, to be one. */
export function missingMethods(board: unknown): readonly string[] {
  const found = Object(board) as Readonly<Record<string, unknown>>;
  return Object.keys(METHODS).filter((name) => typeof found[name] !== 'function');
}
