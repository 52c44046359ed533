import type { Mutation } from './mutation.js';

const elector = 'leadership/elector.ts';
const reporter = 'leadership/election-reporter.ts';
const term = 'leadership/term.ts';

/** Of terms: how they begin, last and end. */
export const electionMutations: readonly Mutation[] = [
  {
    name: 'released before the work has drained',
    file: elector,
    edits: [
      {
        find: 'const undrained = await (async () => this.duties.drain(term',
        replace:
          'await this.#release(term);\n    const undrained = await (async () => this.duties.drain(term',
      },
    ],
    caughtBy: ['I5'],
  },
  {
    name: 'released although work is still running',
    file: elector,
    edits: [
      {
        find: "isDrained && (reason === 'lost' || (await this.#release(term, this.#heir(state))))",
        replace: "reason === 'lost' || (await this.#release(term, this.#heir(state)))",
      },
    ],
    caughtBy: ['I5'],
  },
  {
    name: 'gate left open when the term ends',
    file: elector,
    edits: [{ find: 'term.closeGate();', replace: '' }],
    caughtBy: ['I5'],
  },
  {
    name: 'running work is not told that the term ended',
    file: elector,
    edits: [{ find: 'term.abort(reason);', replace: '' }],
    caughtBy: ['I4', 'I5'],
  },
  {
    name: 'elapsed time by the wall clock only',
    file: 'lease/clock.ts',
    edits: [
      {
        find: 'Math.max(now.monotonic - since.monotonic, now.wall - since.wall)',
        replace: 'now.wall - since.wall',
      },
    ],
    caughtBy: ['I1', 'I2', 'I4'],
  },
  {
    name: 'elapsed time by the monotonic clock only',
    file: 'lease/clock.ts',
    edits: [
      {
        find: 'Math.max(now.monotonic - since.monotonic, now.wall - since.wall)',
        replace: 'now.monotonic - since.monotonic',
      },
    ],
    caughtBy: ['I1', 'I2', 'I4'],
  },
  {
    name: 'deadline counted from the reply',
    file: elector,
    edits: [
      {
        find: 'state.term.confirm(sentAt, reply.storeTime)',
        replace: 'state.term.confirm(instant(clock), reply.storeTime)',
      },
    ],
    caughtBy: ['I1', 'I4'],
  },
  {
    name: 'leadership as a stored flag',
    file: term,
    edits: [
      {
        find: "if (this.#gate === 'open' && (this.isLost || this.remaining(now) <= 0)) this.#gate = 'closed';",
        replace: '',
      },
    ],
    caughtBy: ['I1', 'I9'],
  },
  {
    name: 'late reply revives the term',
    file: term,
    edits: [{ find: 'if (!this.isLive()) return false;', replace: "this.#gate = 'open';" }],
    caughtBy: ['I1', 'I9'],
    isRare: true,
  },
  {
    name: 'unknown outcome taken for a renewal',
    file: elector,
    edits: [
      {
        find: "case 'unknown':\n",
        replace: "case 'unknown':\n        if (state.phase === 'leading') state.term.confirm(sentAt, 0);\n",
      },
    ],
    caughtBy: ['I1', 'I2', 'I4'],
  },
  {
    name: 'token read again when it is used',
    file: term,
    edits: [
      {
        find: '    this.#confirmed = sentAt;\n    this.#store = { time: storeTime, at: this.#midway(sentAt) };\n  }\n\n  /** Aborts',
        replace: `    this.#confirmed = sentAt;
    this.#store = { time: storeTime, at: this.#midway(sentAt) };
    const tokens = ((globalThis as { tokens?: Map<string, number> }).tokens ??= new Map());
    tokens.set(key, fencingToken);
    Object.defineProperty(this, 'fencingToken', { get: () => tokens.get(key) });
  }

  /** Aborts`,
      },
    ],
    caughtBy: ['I3', 'fence'],
  },
  {
    name: 'deadline timer set once, whatever the clocks do',
    file: 'leadership/deadline-watch.ts',
    edits: [{ find: 'Math.min(left, LONGEST_LOOK_AWAY)', replace: 'left' }],
    caughtBy: ['I4'],
  },
  {
    name: 'glance at the deadline that goes by the monotonic clock alone',
    file: 'leadership/deadline-watch.ts',
    edits: [
      {
        find: 'elapsed(this.#seen.at, instant(this.clock))',
        replace: '(this.clock.monotonic() - this.#seen.at.monotonic)',
      },
      { find: 'import { type Clock, elapsed, ', replace: 'import { type Clock, ' },
    ],
    caughtBy: ['I4'],
  },
  {
    name: 'least that is left of any term counted from before the wall clock was set back',
    file: 'leadership/deadline-watch.ts',
    edits: [
      {
        find: '    this.#seen = { at, left };\n    if (left < before)',
        replace: '    if (left < before) this.#seen = { at, left };\n    if (left < before)',
      },
    ],
    caughtBy: ['I4'],
    isRare: true,
  },
  {
    name: 'replies of older terms taken for the present one',
    file: elector,
    edits: [
      { find: 'if (state.term.fencingToken !== token) return;', replace: '' },
      {
        find: "if (this.#inFlight || this.#state.phase === 'idle') return undefined;",
        replace: "if (this.#state.phase === 'idle') return undefined;",
      },
    ],
    caughtBy: ['I1', 'I2', 'I4', 'I9'],
  },
  {
    name: 'error of the duties at the beginning escapes',
    file: elector,
    edits: [{ find: "this.#reporter.dutiesFailed('Beginning', error);", replace: 'throw error;' }],
    caughtBy: ['I6'],
  },
  {
    name: 'error of the duties while saving escapes',
    file: elector,
    edits: [{ find: "this.#reporter.dutiesFailed('Saving', error);", replace: 'throw error;' }],
    caughtBy: ['I7'],
  },
  {
    name: 'listeners do not hear of a term that is stopped',
    file: reporter,
    edits: [
      {
        find: "this.#emit({ type: 'revoked'",
        replace: "if (reason !== 'stop') this.#emit({ type: 'revoked'",
      },
    ],
    caughtBy: ['I6'],
  },
  {
    name: 'listeners hear of a beginning that failed twice',
    file: elector,
    edits: [
      {
        find: "this.#reporter.dutiesFailed('Beginning', error);",
        replace:
          "this.#reporter.dutiesFailed('Beginning', error);\n      this.#reporter.elected(term, attempts, waited);",
      },
    ],
    caughtBy: ['I6'],
  },
  {
    name: 'no campaign after a lost term',
    file: elector,
    edits: [
      {
        find: "if (next === 'idle') this.#enter({ phase: 'idle' });",
        replace: "if (next === 'idle' || reason === 'lost') this.#enter({ phase: 'idle' });",
      },
    ],
    caughtBy: ['I7'],
  },
  {
    name: 'a store that hangs hangs the election',
    file: 'leadership/limited.ts',
    edits: [{ find: 'Promise.race([command(), limit])', replace: 'command()' }],
    caughtBy: ['I7'],
  },
];
