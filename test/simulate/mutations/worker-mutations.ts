import type { Mutation } from './mutation.js';

const worker = 'workers/worker.ts';

/** Of what is done under a term. */
export const workerMutations: readonly Mutation[] = [
  {
    name: 'gate not looked at again after the preparation',
    file: worker,
    edits: [{ find: ' && duty.term.isLive() && !duty.abort.signal.aborted', replace: '' }],
    caughtBy: ['I1', 'I9'],
  },
  {
    name: 'iterations of one worker overlap',
    file: worker,
    edits: [{ find: "if (this.#running) return { refused: 'busy' };", replace: '' }],
    caughtBy: ['overlap', 'I5', 'I8'],
  },
  {
    name: 'result of work that ended after the abort dropped',
    file: worker,
    edits: [
      {
        find: 'if (!result) {',
        replace:
          'if (!result && duty.abort.signal.aborted) return this.#aborted(permit, duration, undefined, undefined);\n    if (!result) {',
      },
    ],
    caughtBy: ['I8'],
  },
  {
    name: 'error of the clean-up masks that of the work',
    file: worker,
    edits: [
      {
        find: 'result = { error };',
        replace: "result = { error: new Error('clean-up', { cause: error }) };",
      },
    ],
    caughtBy: ['I8'],
  },
  {
    name: 'drain does not wait for the work',
    file: worker,
    edits: [{ find: 'while (this.#running) await this.#running.finished;', replace: '' }],
    caughtBy: ['I5'],
  },
  {
    name: 'cron slot claimed without compare-and-set',
    file: 'workers/term-ledger.ts',
    edits: [
      {
        find: 'await this.record(field, value, this.#stored.get(field) ?? null)',
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
        find: 'claim = await this.#ledger.claim(slot, this.#through);',
        replace:
          "void this.#ledger.claim(slot, this.#through);\n        claim = { outcome: 'ours', undo: () => Promise.resolve() };",
      },
    ],
    caughtBy: ['I10'],
  },
  {
    name: 'interrupted cron slot forgotten',
    file: 'workers/schedules/cron-schedule.ts',
    edits: [{ find: 'this.#interrupted = running;', replace: '' }],
    caughtBy: ['I10'],
  },
];
