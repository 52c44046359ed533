import type { StoreWarning } from '../lease/index.js';

type Words = Pick<StoreWarning, 'reason' | 'cure'>;

const WORDS: Partial<Readonly<Record<StoreWarning['kind'], Words>>> = {
  eviction: {
    reason: 'the store evicts keys when it is full: a lease that is evicted has two leaders for a moment',
    cure: 'set maxmemory-policy to noeviction',
  },
  channels: {
    reason: 'releases and commands are not heard of at once: a hand-over takes up to the retry interval',
    cure: 'allow the user the channels of the library; the log names them',
  },
  command: {
    reason: "the user lacks a command: the fleet's view and acts do not work in full",
    cure: 'allow the user the command that the log names',
  },
  keys: {
    reason: "the user lacks a right to keys: the fleet's view and acts do not work in full",
    cure: 'allow the user the keys that the log names',
  },
  'data-loss': {
    reason: 'the store has forgotten what was recorded: cron slots, cadence and pauses',
    cure: 'make it keep its data over a restart',
  },
};

/** What a warning of the store means, in words that anybody may read: without addresses, users and keys. */
export function warningWords(kind: StoreWarning['kind']): Words {
  return WORDS[kind] ?? { reason: 'the store does not work as it should', cure: 'see the log' };
}
