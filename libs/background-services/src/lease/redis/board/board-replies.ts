import { describeError, StoreError } from '../../../errors/index.js';
import type { LeaseRecord, LookRequest } from '../../board/fleet-board.js';
import { unknown } from '../lease-batches.js';
import { asArray, asText, asTtl } from '../replies.js';

/** What `LOOK_LUA` says of one lease. @throws StoreError if it is no answer of that script */
export function readLookReply({ key, fields }: LookRequest, reply: unknown): LeaseRecord {
  const [holder, pttl, token, isReadable, ...values] = asArray(reply, 4 + fields.length);
  const number = typeof token === 'string' && /^\d{1,16}$/.test(token) ? Number(token) : null;
  const entries = fields.flatMap((field, i): [string, string][] => {
    const value = values[i];
    return value === null ? [] : [[field, asText(value)]];
  });
  return {
    key,
    holder: holder === null ? null : asText(holder),
    ttl: asTtl(pttl),
    token: number === null || number <= Number.MAX_SAFE_INTEGER ? number : null,
    ledger: isReadable === 1 ? Object.fromEntries(entries) : undefined,
  };
}

/** Whatever goes wrong with a command, as an error of the store. */
export async function typed<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    const { error } = unknown(cause);
    if (error instanceof StoreError) throw error;
    throw new StoreError(`Redis could not be asked: ${describeError(error).message}`, { cause });
  }
}
