import { isError, show, StoreError } from '../../errors/index.js';
import type {
  AcquireReply,
  LeaseView,
  Lost,
  RecordReply,
  Release,
  ReleaseReply,
  RenewReply,
  Unknown,
} from '../lease-store.js';
import {
  expect,
  readLedger,
  readNumberOrNull,
  readObject,
  readText,
  readTextOrNull,
  readTime,
  readToken,
} from './answers.js';

type Fields = Readonly<Record<string, unknown>>;

export function readAcquireReply(answer: unknown, tokenFloor: number): AcquireReply {
  const reply = readObject(answer, "{ outcome: 'acquired' | 'held' | 'unknown', … }");
  switch (reply.outcome) {
    case 'acquired':
      return {
        outcome: 'acquired',
        token: readToken(reply.token, tokenFloor),
        ledger: readLedger(reply.ledger),
        storeTime: readTime(reply.storeTime, 'storeTime'),
      };
    case 'held':
      return {
        outcome: 'held',
        holder: readText(reply.holder, 'holder'),
        ttl: readNumberOrNull(reply.ttl, 'ttl'),
      };
    default:
      return readUnknown(reply, "'acquired', 'held'");
  }
}

export function readRenewReply(answer: unknown): RenewReply {
  const reply = readObject(answer, "{ outcome: 'renewed' | 'lost' | 'unknown', … }");
  if (reply.outcome === 'renewed')
    return { outcome: 'renewed', storeTime: readTime(reply.storeTime, 'storeTime') };
  return readLost(reply) ?? readUnknown(reply, "'renewed', 'lost'");
}

export function readReleaseReply(answer: unknown): ReleaseReply {
  const reply = readObject(answer, "{ outcome: 'released' | 'lost' | 'unknown', … }");
  if (reply.outcome === 'released') return { outcome: 'released' };
  return readLost(reply) ?? readUnknown(reply, "'released', 'lost'");
}

export function readRecordReply(answer: unknown): RecordReply {
  const reply = readObject(answer, "{ outcome: 'recorded' | 'conflict' | 'lost' | 'unknown', … }");
  if (reply.outcome === 'recorded') return { outcome: 'recorded' };
  if (reply.outcome === 'conflict')
    return { outcome: 'conflict', current: readTextOrNull(reply.current, 'current') };
  return readLost(reply) ?? readUnknown(reply, "'recorded', 'conflict', 'lost'");
}

/** An heir that cannot be read is none: the lease was released all the same. */
export function readRelease(answer: unknown): Release {
  const { key, holder, heir } = readObject(answer, '{ key, holder }');
  return {
    key: readText(key, 'key'),
    holder: readText(holder, 'holder'),
    ...(typeof heir === 'string' && heir !== '' ? { heir } : {}),
  };
}

export function readLeaseView(answer: unknown): LeaseView {
  const view = readObject(answer, '{ key, holder, ttl, token }');
  return {
    key: readText(view.key, 'key'),
    holder: readTextOrNull(view.holder, 'holder'),
    ttl: readNumberOrNull(view.ttl, 'ttl'),
    token: readNumberOrNull(view.token, 'token'),
  };
}

/** The term ends, whoever has the lease now: who cannot be read does not turn a definite answer into `unknown`. */
function readLost({ outcome, holder }: Fields): Lost | undefined {
  if (outcome !== 'lost') return undefined;
  return { outcome, holder: typeof holder === 'string' ? holder : null };
}

function readUnknown({ outcome, error }: Fields, others: string): Unknown {
  expect(outcome === 'unknown', `outcome to be ${others} or 'unknown'`);
  return {
    outcome,
    error: isError(error) ? error : new StoreError(`The lease store failed: ${show(error)}`),
  };
}
