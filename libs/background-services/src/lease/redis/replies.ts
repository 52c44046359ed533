import { show, StoreError } from '../../errors/index.js';
import type { AcquireReply, Ledger, Lost, RecordReply, ReleaseReply, RenewReply } from '../lease-store.js';

/*
 * What the scripts answer, in the words of the port. Only an answer that a script gives is definite; whatever else arrives (a proxy that
 * speaks for Redis, another program's script) is an error, and so counts as unknown. It never makes a leader, and never ends a term.
 */

/** @throws StoreError if the answer is none of the script's, or not one for each lease */
export function readAcquireReplies(answer: unknown, leases: number): readonly AcquireReply[] {
  const [time, ...replies] = asArray(answer, leases + 1);
  const storeTime = asCount(time);
  return replies.map((reply): AcquireReply => {
    const [code, ...rest] = asArray(reply);
    if (code === 1) {
      const [token, ledger] = asArray(rest, 3);
      return { outcome: 'acquired', token: asCount(token), ledger: asLedger(ledger), storeTime };
    }
    if (code !== 0) throw unexpected(code);
    const [holder, ttl] = asArray(rest, 2);
    return { outcome: 'held', holder: asText(holder), ttl: asTtl(ttl) };
  });
}

/** The places of the leases that were granted and had no token before, in an answer that was read. */
export function withoutToken(answer: unknown): readonly number[] {
  const [, ...replies] = asArray(answer);
  return replies.flatMap((reply, i) => {
    const [code, , , previous] = asArray(reply);
    return code === 1 && previous === 0 ? [i] : [];
  });
}

/** @throws StoreError if the answer is none of the script's, or not one for each lease */
export function readRenewReplies(answer: unknown, leases: number): readonly RenewReply[] {
  const [time, ...replies] = asArray(answer, leases + 1);
  const storeTime = asCount(time);
  return replies.map((reply): RenewReply =>
    isYes(reply) ? { outcome: 'renewed', storeTime } : asLost(reply),
  );
}

/** @throws StoreError if the answer is none of the script's, or not one for each lease */
export function readReleaseReplies(answer: unknown, leases: number): readonly ReleaseReply[] {
  return asArray(answer, leases).map((reply): ReleaseReply =>
    isYes(reply) ? { outcome: 'released' } : asLost(reply),
  );
}

/** @throws StoreError if the answer is none of the script's */
export function readRecordReply(answer: unknown): RecordReply {
  if (isYes(answer)) return { outcome: 'recorded' };
  const [code, current] = asArray(answer, 2);
  if (code === 2) return { outcome: 'conflict', current: current === null ? null : asText(current) };
  return asLost(answer);
}

/** The milliseconds left of what Redis answers to PTTL; `null`: the key does not expire, or is not there. */
export function asTtl(pttl: unknown): number | null {
  if (!Number.isInteger(pttl)) throw unexpected(pttl);
  return (pttl as number) >= 0 ? (pttl as number) : null;
}

/** `{1}`, and nothing behind it. */
export function isYes(answer: unknown): boolean {
  return Array.isArray(answer) && answer.length === 1 && answer[0] === 1;
}

/** `{0, holder or ''}` */
export function asLost(answer: unknown): Lost {
  const [code, holder] = asArray(answer, 2);
  if (code !== 0) throw unexpected(code);
  return { outcome: 'lost', holder: asText(holder) || null };
}

export function asLedger(pairs: unknown): Ledger {
  const texts = asArray(pairs).map(asText);
  if (texts.length % 2 !== 0) throw unexpected(pairs);
  const ledger = new Map<string, string>();
  for (let i = 0; i < texts.length; i += 2) ledger.set(texts[i]!, texts[i + 1]!);
  return Object.fromEntries(ledger);
}

export function asArray(value: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) throw unexpected(value);
  return value;
}

/** A token or a time. */
export function asCount(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) <= 0) throw unexpected(value);
  return value as number;
}

export function asText(value: unknown): string {
  if (typeof value !== 'string') throw unexpected(value);
  return value;
}

export function unexpected(value: unknown): StoreError {
  return new StoreError(`Redis gave an answer that is none of the lease scripts': ${show(value)}`);
}
