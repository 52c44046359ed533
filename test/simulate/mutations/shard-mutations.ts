import type { Mutation } from './mutation.js';

const store = 'lease/memory-lease-store.ts';
const shards = 'lease/memory-shards.ts';

/** Of what binds the shards of a key to each other, to their holders, and to the key itself. */
export const shardMutations: readonly Mutation[] = [
  {
    name: 'session forgets the shards that it has when another is acquired',
    file: shards,
    edits: [
      { find: 'const nonce = this.#session(key, holder)?.nonce ?? token;', replace: 'const nonce = token;' },
    ],
    caughtBy: ['I2', 'I12'],
  },
  {
    name: 'shards of two counts are owned at a time',
    file: shards,
    edits: [
      {
        find: 'return main && main.holder !== holderOf(count) ? main',
        replace: "return main && !main.holder.startsWith('shards/') ? main",
      },
    ],
    caughtBy: ['I2', 'I12'],
  },
  {
    name: 'who leads the key itself keeps nobody out of its shards',
    file: shards,
    edits: [
      {
        find: 'return main && main.holder !== holderOf(count) ? main',
        replace: "return main && main.holder.startsWith('shards/') && main.holder !== holderOf(count) ? main",
      },
    ],
    caughtBy: ['I2', 'I12'],
  },
  {
    name: 'next session of a holder revives the shards of the former one',
    file: shards,
    edits: [{ find: 'return session?.nonce === own.session ?', replace: 'return session ?' }],
    caughtBy: ['I9'],
  },
  {
    name: 'sessions outlive the key itself',
    file: shards,
    edits: [{ find: 'family.sessions.clear();', replace: '' }],
    caughtBy: ['I9'],
  },
  {
    name: 'renewal of a shard does not prolong the session',
    file: shards,
    edits: [{ find: 'if (nonce !== undefined) this.#prolong(', replace: 'if (nonce === 0) this.#prolong(' }],
    caughtBy: ['I2', 'I12'],
  },
  {
    name: 'key itself is freed while others hold shards',
    file: shards,
    edits: [
      {
        find: 'for (const other of sessions.keys()) if (this.#session(key, other)) return [];',
        replace: '',
      },
    ],
    caughtBy: ['I2', 'I12'],
  },
  {
    name: "session ends with the holder's first shard that is released",
    file: shards,
    edits: [
      { find: 'if (this.#isIn(nonce, holder, place)) return [];', replace: ';' },
      { find: 'return this.#own.gone(idOf(key, holder), [index]);', replace: 'return true;' },
    ],
    caughtBy: ['I2', 'I12'],
  },
  {
    name: "another holder's shard is freed as one that is not asked for any more",
    file: shards,
    edits: [
      {
        find: 'if (this.#isIn(nonce, holder, shardPlace(key, index)))\n            this.places',
        replace: 'this.places',
      },
    ],
    caughtBy: ['I2', 'I12'],
    isRare: true,
  },
  {
    name: 'shards are given up that are asked for yet',
    file: 'lease/own-shards.ts',
    edits: [{ find: 'const ROUNDS = 3;', replace: 'const ROUNDS = 1;' }],
    caughtBy: ['I2', 'I12'],
  },
  {
    name: 'shard proved by its holder alone: an older term renews it',
    file: store,
    edits: [
      {
        find: 'this.#entries.get(placeOf(key))?.token === token;',
        replace: '(shard !== undefined || this.#entries.get(placeOf(key))?.token === token);',
      },
    ],
    caughtBy: ['I9'],
  },
  {
    name: 'tokens that do not rise when the count changes',
    file: store,
    edits: [{ find: 'const last = shard ? this.#entry(shard.key) : entry;', replace: 'const last = entry;' }],
    caughtBy: ['I3', 'fence'],
  },
  {
    name: 'slots of a shard are not asked for when it is acquired',
    file: 'workers/runner.ts',
    edits: [
      {
        find: 'return [TERMS_FIELD, ...this.#workers.flatMap(({ name }) => fieldsOf(name))];',
        replace: 'return [TERMS_FIELD];',
      },
    ],
    caughtBy: ['I10'],
  },
];
