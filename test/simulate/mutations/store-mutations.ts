import type { Mutation } from './mutation.js';

const store = 'lease/memory-lease-store.ts';

/** Of the rules that every store keeps. */
export const storeMutations: readonly Mutation[] = [
  {
    name: 'renewal creates a lease',
    file: store,
    edits: [
      {
        find: 'if (lost) return lost;\n    const entry',
        replace: 'if (lost && lost.holder !== null) return lost;\n    const entry',
      },
    ],
    caughtBy: ['I9'],
  },
  {
    name: 'acquiring again makes no new token',
    file: store,
    edits: [{ find: 'last.token = Math.max(', replace: 'if (!lease) last.token = Math.max(' }],
    caughtBy: ['I3'],
  },
  {
    name: "token not floored by the store's time",
    file: store,
    edits: [{ find: 'tokenFloor + 1, Math.floor(storeTime))', replace: 'tokenFloor + 1)' }],
    caughtBy: ['I3', 'fence'],
  },
  {
    name: 'released by holder, whatever the token',
    file: store,
    edits: [
      {
        find: 'const lost = this.#lost(request);\n    if (!lost) {',
        replace:
          'const lost = this.#live(request.key)?.holder === request.holder ? undefined : this.#lost(request);\n    if (!lost) {',
      },
    ],
    caughtBy: ['I9'],
  },
  {
    name: 'ledger written by a holder whose lease has expired',
    file: store,
    edits: [
      {
        find: 'if (lost) return lost;\n    const { ledger }',
        replace: 'if (lost?.holder) return lost;\n    const { ledger }',
      },
    ],
    caughtBy: ['I9'],
  },
];
