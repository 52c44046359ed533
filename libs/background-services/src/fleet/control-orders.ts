import { InvalidOrderError } from '../errors/index.js';

/** What an operator can do to a worker or a key, from any replica. */
export type ControlAction =
  | 'pause'
  | 'resume'
  | 'trigger'
  | 'reset-breaker'
  | 'force-open-breaker'
  | 'step-down'
  | 'disable'
  | 'enable'
  | 'expire-lease';

/** What can be done to the work of an extension: its name, and the act, e.g. `jobs:cancel`. */
export type ExtensionAction = `${string}:${string}`;

/** Who asks, and why: kept in the audit list. */
export interface ControlReason {
  /** 1 to 200 characters. */
  readonly by: string;
  /** 1 to 500 characters. */
  readonly why: string;
}

/** How an act is told apart from others. */
export interface ControlRequest extends ControlReason {
  /**
   * Of whoever asks, 1 to 100 printable ASCII characters: what was asked for under the same id before is not done again, but answered as it was.
   * Ids are remembered for an hour. @default a new one
   */
  readonly id?: string | undefined;
}

/** An act upon a worker. */
export interface WorkerRequest extends ControlRequest {
  /** The worker's lease key, where several apps have a worker of that name. */
  readonly key?: string | undefined;
}

/**
 * `done`: it is so now, or was already. `refused`: it cannot be, `detail` says why. `pending`: the leader has not answered yet; it does it with
 * its next renewal, unless a minute passes before.
 */
export type ControlResult = 'done' | 'refused' | 'pending';

/** One act, as it is answered and kept. */
export interface ControlRecord extends ControlReason {
  readonly id: string;
  readonly at: Date;
  readonly action: ControlAction | ExtensionAction;
  /** A worker's name or a lease key, or what an extension acts upon. */
  readonly target: string;
  readonly outcome: ControlResult;
  readonly detail: string;
  /** The replica that did it, or was asked. */
  readonly replica: string;
}

/** What the leader of a key shall do. */
export interface LeaderOrder extends ControlReason {
  readonly id: string;
  readonly action: LeaderAction;
  readonly key: string;
  readonly target: string;
  /** Of the term that is meant: another one is left alone. `undefined`: whichever goes on. */
  readonly token?: number;
  /** Of the asking replica's clock, ms since the epoch. */
  readonly at: number;
}

export type LeaderAction = 'trigger' | 'reset-breaker' | 'force-open-breaker' | 'step-down';

const LEADER_ACTIONS: readonly unknown[] = [
  'trigger',
  'reset-breaker',
  'force-open-breaker',
  'step-down',
] satisfies LeaderAction[];

/** An order that nobody took for so long is not carried out any more, ms. */
export const ORDER_TTL = 60_000;

const LONGEST_BY = 200;
const LONGEST_WHY = 500;

/** @throws InvalidOrderError */
export function checkReason({ by, why }: ControlReason): ControlReason {
  return { by: checkText('by', by, LONGEST_BY), why: checkText('why', why, LONGEST_WHY) };
}

/** @throws InvalidOrderError */
export function checkId(id: string | undefined): string | undefined {
  if (id === undefined || (typeof id === 'string' && /^[\x21-\x7e]{1,100}$/.test(id))) return id;
  throw new InvalidOrderError('id', '1 to 100 printable ASCII characters without spaces', id);
}

function checkText(field: string, value: unknown, longest: number): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '' || text.length > longest)
    throw new InvalidOrderError(field, `a text of 1 to ${longest} characters`, value);
  return text;
}

/** Reads an order from the board; what is not one reads as none. */
export function decodeLeaderOrder(id: string, text: string): LeaderOrder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof LeaderOrder, unknown>>;
    const { action, key, target, by, why, at, token } = value;
    if (!LEADER_ACTIONS.includes(action) || typeof at !== 'number') return undefined;
    if (token !== undefined && typeof token !== 'number') return undefined;
    const texts = [key, target, by, why];
    if (!texts.every((each) => typeof each === 'string')) return undefined;
    return { ...(value as LeaderOrder), id };
  } catch {
    return undefined;
  }
}

/** Reads a record from the audit list or an answer; what is not one reads as none. */
export function decodeControlRecord(text: string): ControlRecord | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof ControlRecord, unknown>>;
    const texts = [value.id, value.action, value.target, value.by, value.why, value.outcome, value.detail];
    const at = new Date(value.at as string);
    if (!texts.every((each) => typeof each === 'string') || Number.isNaN(at.getTime())) return undefined;
    return { ...(value as unknown as ControlRecord), at };
  } catch {
    return undefined;
  }
}
