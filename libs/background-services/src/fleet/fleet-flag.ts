import { cut } from '../errors/index.js';
import type { FleetFlag } from './fleet-view.js';

/** What `FleetControl` writes is shorter, characters. */
const LONGEST_WORD = 500;

/**
 * Reads a flag that operators set: one that pauses a worker, or takes a key out of service. What is not one reads as none, but for a text that an
 * operator put there by hand.
 */
export function decodeFlag(text: string | undefined): FleetFlag | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const { by, why, at } = JSON.parse(text) as Partial<Record<keyof FleetFlag, unknown>>;
    const time = new Date(typeof at === 'number' ? at : 0);
    return {
      by: typeof by === 'string' ? cut(by, LONGEST_WORD) : '',
      why: typeof why === 'string' ? cut(why, LONGEST_WORD) : '',
      at: Number.isNaN(time.getTime()) ? new Date(0) : time,
    };
  } catch {
    return { by: '', why: cut(text, LONGEST_WORD), at: new Date(0) };
  }
}

/** An operator may have set it by hand, which leaves no note. */
export const UNKNOWN_FLAG: FleetFlag = { by: '', why: '', at: new Date(0) };

/** A flag as operators leave it in a ledger. */
export function encodeFlag({ by, why, at }: FleetFlag): string {
  return JSON.stringify({ by, why, at: at.getTime() });
}

/** For a warning: who set it and why, if anybody said so. */
export function flagWords(flag: FleetFlag | null): string {
  return flag?.by ? ` by ${flag.by}: ${flag.why}` : '';
}
