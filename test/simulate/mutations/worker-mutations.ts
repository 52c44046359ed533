import type { Mutation } from './mutation.js';

const worker = 'workers/worker.ts';
const run = 'workers/run.ts';

/** Of what is done under a term. */
export const workerMutations: readonly Mutation[] = [
  {
    name: 'gate not looked at again after the preparation',
    file: worker,
    edits: [{ find: ' && duty.term.isLive() && !duty.ended', replace: '' }],
    caughtBy: ['I1', 'I9'],
  },
  {
    name: 'iterations of one worker overlap',
    file: worker,
    edits: [{ find: "if (this.#run) return { refused: 'busy' };", replace: '' }],
    caughtBy: ['overlap', 'I5', 'I8'],
  },
  {
    name: 'result of work that ended after the abort dropped',
    file: run,
    edits: [
      {
        find: 'if (!thrown) return this.#succeeded(duration);',
        replace:
          'if (!thrown) return this.duty.signal.aborted ? this.#aborted(duration, undefined) : this.#succeeded(duration);',
      },
    ],
    caughtBy: ['I8'],
  },
  {
    name: 'error of the clean-up masks that of the work',
    file: run,
    edits: [
      {
        find: 'thrown = { error };',
        replace: "thrown = { error: new Error('clean-up', { cause: error }) };",
      },
    ],
    caughtBy: ['I8'],
  },
  {
    name: 'drain does not wait for the work',
    file: worker,
    edits: [{ find: 'while (this.#run) await this.#run.finished;', replace: '' }],
    caughtBy: ['I5'],
  },
  {
    name: 'cron slot claimed without compare-and-set',
    file: 'workers/term-ledger.ts',
    edits: [
      {
        find: 'await this.record(field, value, known ?? null)',
        replace: 'await this.record(field, value)',
      },
    ],
    caughtBy: ['I10'],
    isRare: true,
  },
  {
    name: 'cron slot run before its claim is confirmed',
    file: 'workers/schedules/cron-schedule.ts',
    edits: [
      {
        find: 'claim = await this.#slotLedger.claim(slot, this.#through);',
        replace:
          "void this.#slotLedger.claim(slot, this.#through);\n        claim = { outcome: 'ours', undo: () => Promise.resolve() };",
      },
    ],
    caughtBy: ['I10'],
  },
  {
    name: 'interrupted cron slot forgotten',
    file: 'workers/schedules/cron-schedule.ts',
    edits: [{ find: 'this.#interrupted = entry.running;', replace: '' }],
    caughtBy: ['I10'],
  },
  {
    name: 'cron slots by the clock of the machine',
    file: 'workers/schedules/cron-schedule.ts',
    edits: [
      {
        find: 'Math.floor(this.ledger.term.storeNow())',
        replace: 'this.#clock.wall()',
      },
    ],
    caughtBy: ['I11', 'I7', 'I10'],
  },
  {
    name: "the machine's clock taken for the store's",
    file: 'leadership/term.ts',
    edits: [
      {
        find: 'return this.#store.time + (this.clock.monotonic() - this.#store.at);',
        replace: 'return this.clock.wall();',
      },
    ],
    caughtBy: ['I11', 'I7', 'I10'],
  },
  {
    name: 'slots believed that a wrong clock settled',
    file: 'workers/schedules/slot-ledger.ts',
    edits: [
      {
        find: 'return through - this.ledger.term.storeNow() <= this.ahead;',
        replace: 'return through >= 0;',
      },
    ],
    caughtBy: ['I7'],
  },
];
