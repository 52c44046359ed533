import { hash32 } from '../kit/index.js';

/** What a replica tells the others of itself, so that all of them place keys alike. */
export interface MemberCard {
  /** Its share compared with those of the others, above 0. */
  readonly capacity: number;
  /** Whether it takes keys: it is neither cordoned nor leaving. */
  readonly accepts: boolean;
  /** Why it takes none; `null`: it takes keys. */
  readonly closed: 'cordoned' | 'leaving' | null;
  /** How many units it leads that are to be balanced. */
  readonly held: number;
  /** Of the app. */
  readonly version: string | null;
  /** A hash of all the keys that it has workers for. */
  readonly keySet: number;
  /** The hash of each of them; `undefined`: they are too many to be listed. */
  readonly keys: ReadonlySet<number> | undefined;
}

/** More keys than this are not listed: a card travels with renewals, and is read by every replica. */
const MOST_LISTED = 128;
/** The first form of the text. */
const FORM = 1;
const LONGEST_VERSION = 100;
/** Of all listed keys, characters. */
const LONGEST_LIST = Math.ceil((MOST_LISTED * 4) / 3) * 4 + 4;

/** @param keys each key that the replica has workers for; one that is dealt out as `accounts/64` */
export function keysOf(keys: Iterable<string>): Pick<MemberCard, 'keySet' | 'keys'> {
  const hashes = [...new Set([...keys].map(hash32))].sort((a, b) => a - b);
  return {
    keySet: hash32(hashes.join()),
    keys: hashes.length <= MOST_LISTED ? new Set(hashes) : undefined,
  };
}

export function encodeMember({ capacity, closed, held, version, keySet, keys }: MemberCard): string {
  const card = {
    form: FORM,
    capacity,
    closed,
    held,
    version: version?.slice(0, LONGEST_VERSION) ?? null,
    keySet,
  };
  return JSON.stringify(keys ? { ...card, keys: pack(keys) } : card);
}

/** What is no card, or of a later form, reads as none: that replica places nothing, and is not placed upon. */
export function decodeMember(text: string): MemberCard | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  const card = Object(read) as Readonly<Partial<Record<string, unknown>>>;
  const { form, capacity, closed, held, version, keySet, keys } = card;
  if (form !== FORM || !isPositive(capacity) || !isCount(held) || !isCount(keySet)) return undefined;
  if (closed !== null && closed !== 'cordoned' && closed !== 'leaving') return undefined;
  return {
    ...{ capacity, closed, held, keySet, accepts: closed === null },
    version: typeof version === 'string' ? version.slice(0, LONGEST_VERSION) : null,
    keys: typeof keys === 'string' && keys.length <= LONGEST_LIST ? unpack(keys) : undefined,
  };
}

/** Four bytes a key, in base64. */
function pack(keys: ReadonlySet<number>): string {
  return Buffer.from(new Uint32Array(keys).buffer).toString('base64');
}

function unpack(text: string): ReadonlySet<number> {
  const bytes = Buffer.from(text, 'base64');
  return new Set(Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readUInt32LE(4 * i)));
}

/** Whether a replica says that it has workers for a key. */
export function hasKey(card: MemberCard, identity: string): boolean {
  return card.keys?.has(hash32(identity)) === true;
}

/** Whether two replicas have keys in common, as far as they say. */
export function hasKeysOf(card: MemberCard, own: MemberCard): boolean {
  if (card.keySet === own.keySet) return true;
  for (const key of own.keys ?? []) if (card.keys?.has(key) === true) return true;
  return false;
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
