import { TOSSED } from './replica/settings.js';

/**
 * What the libraries write, by kind. The value of a lease itself (its holder) is none of them: whoever overwrites or deletes it does what an
 * operator does to end a term. Nor is the queue of BullMQ, whose keys are its own.
 */
export const FAMILIES = [
  ...(['token', 'ledger'] as const),
  ...(['replicas', 'replica', 'orders', 'claim', 'answer', 'audit', 'revision', 'board-message'] as const),
  ...(['members', 'members-message'] as const),
  ...([
    'job',
    'item-list',
    'payload',
    'outcomes',
    'bitmap',
    'index',
    'types',
    'expiry',
    'idempotency',
  ] as const),
  ...(['notice', 'release-message'] as const),
] as const;

export type Family = (typeof FAMILIES)[number];

/** Channels in which the libraries talk. */
export const CHANNELS = {
  'board-message': 'background-services:board',
  'members-message': 'background-services:members',
  'release-message': 'background-services:released',
  notice: '{background-jobs}:notices',
} as const satisfies Partial<Record<Family, string>>;

const BOARD = '{background-services}:';
const JOBS = '{background-jobs}:';
const BOARD_FAMILIES: readonly Family[] = [
  'replicas',
  'replica',
  'members',
  'orders',
  'audit',
  'revision',
  'claim',
  'answer',
];
const JOB_FAMILIES: Readonly<Record<string, Family>> = {
  job: 'job',
  order: 'item-list',
  payload: 'payload',
  ledger: 'outcomes',
  ...{ pending: 'bitmap', done: 'bitmap', skipped: 'bitmap', failed: 'bitmap' },
  index: 'index',
  types: 'types',
  expiry: 'expiry',
  idem: 'idempotency',
};

/**
 * Which kind of key it is. `undefined`: it is left alone.
 *
 * A leader renews only under the token that it was granted, so a mutated token ends the term by right: the fence could not be trusted any more.
 * So one lease only has its token mutated; all terms of the others must last.
 */
export function familyOf(key: string): Family | undefined {
  if (key.startsWith(BOARD)) {
    const [name] = key.slice(BOARD.length).split(':', 1);
    return BOARD_FAMILIES.find((family) => family === name);
  }
  if (key.startsWith(JOBS)) {
    const [name = ''] = key.slice(JOBS.length).split(':', 1);
    return Object.hasOwn(JOB_FAMILIES, name) ? JOB_FAMILIES[name] : undefined;
  }
  if (key.endsWith('}:ledger')) return 'ledger';
  return key === `{${TOSSED}}:token` ? 'token' : undefined;
}

/** A key of a family that has none at the moment, or one more of it; `name` is part of it where names are made up. */
export function inventKey(family: Family, name: string): string {
  switch (family) {
    case 'token':
    case 'ledger':
      return `{${TOSSED}}:${family}`;
    case 'replicas':
    case 'members':
    case 'orders':
    case 'audit':
    case 'revision':
      return `${BOARD}${family}`;
    case 'replica':
    case 'claim':
    case 'answer':
      return `${BOARD}${family}:${name}`;
    case 'types':
    case 'expiry':
      return `${JOBS}${family}`;
    case 'job':
      return `${JOBS}job:${name}`;
    case 'item-list':
      return `${JOBS}order:${name}`;
    case 'payload':
      return `${JOBS}payload:${name}`;
    case 'outcomes':
      return `${JOBS}ledger:${name}`;
    case 'bitmap':
      return `${JOBS}pending:${name}`;
    case 'index':
      return `${JOBS}index:price-history:pending`;
    case 'idempotency':
      return `${JOBS}idem:${name}`;
    case 'notice':
    case 'board-message':
    case 'members-message':
    case 'release-message':
      return CHANNELS[family];
  }
}
