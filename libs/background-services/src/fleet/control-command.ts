import { InvalidCommandError } from '../errors/index.js';

/** What an operator can do to a worker or a key, from any replica. */
export type ControlAction =
  | 'pause'
  | 'resume'
  | 'trigger'
  | 'reset-breaker'
  | 'force-open-breaker'
  | 'step-down'
  | 'cordon'
  | 'uncordon'
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
  /** A worker's name, a lease key or a replica's instance id, or what an extension acts upon. */
  readonly target: string;
  readonly outcome: ControlResult;
  readonly detail: string;
  /** The replica that did it, or was asked. */
  readonly replica: string;
}

/** What the leader of a key shall do, or a replica. */
export interface LeaderCommand extends ControlReason {
  readonly id: string;
  readonly action: LeaderAction | ReplicaAction;
  /** A replica's instance id, where it is for one. */
  readonly key: string;
  readonly target: string;
  /** Of the term that is meant: another one is left alone. `undefined`: whichever goes on. */
  readonly token?: number;
  /** Of the store's clock, ms since the epoch. */
  readonly at: number;
}

export type LeaderAction = 'trigger' | 'reset-breaker' | 'force-open-breaker' | 'step-down';

/** What is asked of one replica, whatever it leads. */
export type ReplicaAction = 'cordon' | 'uncordon';

const LEADER_ACTIONS: readonly unknown[] = [
  'trigger',
  'reset-breaker',
  'force-open-breaker',
  'step-down',
] satisfies LeaderAction[];

const REPLICA_ACTIONS: readonly unknown[] = ['cordon', 'uncordon'] satisfies ReplicaAction[];

/** A command that nobody took for so long is not carried out any more, ms. */
export const COMMAND_TTL = 60_000;

const LONGEST_BY = 200;
const LONGEST_WHY = 500;

/** @throws InvalidCommandError */
export function checkReason({ by, why }: ControlReason): ControlReason {
  return { by: checkText('by', by, LONGEST_BY), why: checkText('why', why, LONGEST_WHY) };
}

/** @throws InvalidCommandError */
export function checkId(id: string | undefined): string | undefined {
  if (id === undefined || (typeof id === 'string' && /^[\x21-\x7e]{1,100}$/.test(id))) return id;
  throw new InvalidCommandError('id', '1 to 100 printable ASCII characters without spaces', id);
}

function checkText(field: string, value: unknown, longest: number): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '' || text.length > longest)
    throw new InvalidCommandError(field, `a text of 1 to ${longest} characters`, value);
  return text;
}

/** Longer than any that is made here: names of workers and keys, and what an error says, characters. */
const LONGEST_READ = 4_000;

/** Reads a command from the board; what is not one reads as none. */
export function decodeLeaderCommand(id: string, text: string): LeaderCommand | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof LeaderCommand, unknown>>;
    const { action, key, target, by, why, at, token } = value;
    if (
      !(isLeaderAction(action) || isReplicaAction(action)) ||
      !isTime(at) ||
      (token !== undefined && typeof token !== 'number')
    )
      return undefined;
    if (!isShort(key) || !isShort(target) || !isShort(by) || !isShort(why)) return undefined;
    return { id, action, key, target, by, why, at, ...(token === undefined ? {} : { token }) };
  } catch {
    return undefined;
  }
}

/** Reads a record from the audit list or an answer; what is not one reads as none. */
export function decodeControlRecord(text: string): ControlRecord | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof ControlRecord, unknown>>;
    const { id, action, target, by, why, outcome, detail, replica = '' } = value;
    const at = new Date(value.at as string);
    if (Number.isNaN(at.getTime()) || !isShort(id) || !isShort(action) || !isShort(target)) return undefined;
    if (!isShort(by) || !isShort(why) || !isShort(outcome) || !isShort(detail) || !isShort(replica))
      return undefined;
    // A newer version may know further acts and outcomes; they are shown as they are.
    const told = action as ControlRecord['action'];
    return { id, at, action: told, target, by, why, outcome: outcome as ControlResult, detail, replica };
  } catch {
    return undefined;
  }
}

function isLeaderAction(value: unknown): value is LeaderAction {
  return LEADER_ACTIONS.includes(value);
}

export function isReplicaAction(value: unknown): value is ReplicaAction {
  return REPLICA_ACTIONS.includes(value);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8.64e15;
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_READ;
}
