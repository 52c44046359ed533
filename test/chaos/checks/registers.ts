import { type ChaosEvent, type Named, named, type Register } from '../events.js';
import { type Violation, violation } from './violation.js';

export interface RegisterFindings {
  readonly register: Register;
  /** Writes that the database acknowledged. */
  readonly acknowledged: number;
  /** Reads and writes that the fence refused. */
  readonly refused: number;
  /** Acknowledged writes that are not in the list of the newest one. */
  readonly lost: readonly string[];
  /** How often a write did that: it overwrote what its writer had not read. */
  readonly overwrites: number;
  /** Writes that were accepted after one of a newer token. */
  readonly stale: readonly string[];
}

/**
 * A register holds the id of its newest write, and every write names the one that its writer had read before: so the log links them to a
 * list, as if each had appended its id to what it read. A write counts as acknowledged when its replica heard so. One that nobody heard of
 * may be in the list or not.
 */
export function checkRegister(events: readonly ChaosEvent[], register: Register): RegisterFindings {
  const writes = new Map(named(events, 'write').map((write) => [write.id, write]));
  const answers = named(events, 'wrote').map(({ id, answers }) => ({ id, answer: answers[register] }));
  const acknowledged = answers.filter(({ answer }) => answer === 'accepted');
  const end = named(events, 'registers').at(-1);
  const list = end ? listOf(end.heads[register], writes, register) : [];
  const kept = new Set(list);
  const lost = end ? acknowledged.flatMap(({ id }) => (kept.has(id) ? [] : [id])) : [];
  return {
    register,
    acknowledged: acknowledged.length,
    refused: answers.length - acknowledged.length,
    lost,
    overwrites: branches(lost, list, writes, register),
    stale: staleWrites(list, writes),
  };
}

/** What must not happen to the fenced register. */
export function checkFence({ register, lost, stale }: RegisterFindings, at: number): Violation[] {
  return [
    ...lost.map((id) => violation('an acknowledged write is lost', at, `${id} of the ${register} register`)),
    ...stale.map((id) => violation('a stale write was accepted', at, `${id} by the ${register} register`)),
  ];
}

type Writes = ReadonlyMap<string, Named<'write'>>;

/** From the newest write to the oldest. */
function listOf(head: string, writes: Writes, register: Register): string[] {
  const list: string[] = [];
  for (let id = head; id !== ''; id = writes.get(id)?.after[register] ?? '') list.push(id);
  return list;
}

/** Kept writes that took the place of one that is lost: both were written after the same one. */
function branches(lost: readonly string[], list: readonly string[], writes: Writes, register: Register) {
  const bases = new Set(lost.map((id) => writes.get(id)?.after[register]));
  return list.filter((id) => bases.has(writes.get(id)?.after[register])).length;
}

function staleWrites(list: readonly string[], writes: Writes): string[] {
  let newest = 0;
  return [...list].reverse().filter((id) => {
    const token = writes.get(id)?.token ?? 0;
    const stale = token < newest;
    newest = Math.max(newest, token);
    return stale;
  });
}
