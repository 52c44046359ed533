import type { Goal } from '../support/goal.js';
import type { Answers } from './answers.js';
import type { Repeated } from './log-lines.js';
import type { SlowScript } from './slow-scripts.js';
import type { EndedTerm } from './terms.js';

/** What a run has shown. */
export interface HostileSummary {
  readonly seed: number;
  readonly mutations: number;
  /** How many hit each family of keys. */
  readonly mutated: readonly (readonly [string, number])[];
  /** Seconds. */
  readonly took: number;
  /** Processes that ended by themselves. */
  readonly ended: number;
  /** Processes that did not end cleanly when they were asked to. */
  readonly unclean: number;
  readonly unhandled: readonly string[];
  readonly terms: {
    readonly elected: number;
    /** Terms that a mutated token ended. */
    readonly byRight: number;
    readonly lost: readonly EndedTerm[];
    readonly fallen: readonly string[];
  };
  readonly answers: Answers;
  /** The longest call of each script, the longest first. */
  readonly scripts: readonly SlowScript[];
  /** What did not work after the storm. */
  readonly failures: readonly string[];
  readonly lines: number;
  readonly repeated: readonly Repeated[];
}

/** A script may hold Redis up for this long, on a machine that does other things too, ms. */
const LONGEST_SCRIPT = 100;

/** What a run is held to. */
export function goalsOf(summary: HostileSummary): Goal[] {
  const { mutations, ended, unclean, unhandled, terms, answers, scripts, failures, repeated } = summary;
  return [
    { name: 'hostile mutations', figure: mutations, atLeast: 1 },
    { name: 'processes ended', figure: ended + unclean, atMost: 0 },
    { name: 'unhandled rejections and errors', figure: unhandled.length, atMost: 0 },
    { name: 'leases lost', figure: terms.lost.length, atMost: 0 },
    { name: 'tokens that did not rise', figure: terms.fallen.length, atMost: 0 },
    { name: 'answers with 500, or none', figure: answers.faulty, atMost: 0 },
    { name: 'longest script', figure: scripts[0]?.took ?? 0, unit: 'ms', atMost: LONGEST_SCRIPT },
    { name: 'log lines repeated within a minute', figure: repeated.length, atMost: 0 },
    { name: 'failures after the storm', figure: failures.length, atMost: 0 },
  ];
}

export function describeSummary(summary: HostileSummary): string {
  const { seed, mutations, mutated, took, unhandled, terms, answers, scripts, failures, lines, repeated } =
    summary;
  const some = (title: string, all: readonly string[]) =>
    all.length === 0 ? [] : [`${title}:`, ...all.slice(0, 15).map((each) => `  ${each}`)];
  return [
    `seed ${seed}: ${mutations} mutations in ${took.toFixed(0)} s`,
    `mutations: ${mutated.map(([family, times]) => `${family} ${times}`).join(', ')}`,
    `terms: ${terms.elected} begun, ${terms.byRight} ended by a mutated token, ${terms.lost.length} lost`,
    `answers: ${answers.all}, slowest ${answers.slowest.what} ${answers.slowest.took.toFixed(0)} ms`,
    ...answers.counts.map(([what, times]) => `  ${what}: ${times}`),
    `log lines: ${lines}`,
    ...some(
      'scripts, by their longest call',
      scripts.map(({ took: ms, what }) => `${ms} ms ${what}`),
    ),
    ...some('unhandled', unhandled),
    ...some(
      'lost',
      terms.lost.map(({ replica, key, token, reason }) => `${key} ${token} of ${replica}: ${reason}`),
    ),
    ...some('tokens that did not rise', terms.fallen),
    ...some('faulty answers', answers.faults),
    ...some(
      'repeated lines',
      repeated.map(({ replica, line, times }) => `${times} × ${replica} ${line.slice(0, 200)}`),
    ),
    ...some('after the storm', failures),
  ].join('\n');
}
