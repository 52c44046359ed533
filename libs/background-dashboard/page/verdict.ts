import { showMoment } from './format.js';
import type { Live } from './live-fleet.js';
import type { View, Warning } from './wire.js';

export type Tone = 'good' | 'attention' | 'bad' | 'unknown';

/** How the fleet is, in one sentence, and why. */
export interface Verdict {
  readonly tone: Tone;
  readonly title: string;
  readonly reasons: readonly string[];
}

/** Somebody wanted the others to be so, or they mend themselves. */
const GRAVE: readonly Warning['kind'][] = [
  ...(['stale-lease', 'leaderless', 'store-fault', 'circuit-open', 'other-workers', 'unreadable'] as const),
];

export function judge(live: Live): Verdict {
  switch (live.kind) {
    case 'connecting':
      return { tone: 'unknown', title: 'Connecting', reasons: [] };
    case 'cut':
      return {
        tone: 'unknown',
        title: 'Reconnecting',
        reasons: [
          `The connection to the app was lost at ${showMoment(live.since)}.`,
          ...(live.view ? [`What you see is from ${showMoment(Date.parse(live.view.asOf))}.`] : []),
        ],
      };
    case 'live':
      return live.view.current ? judgeWarnings(live.view) : notCurrent(live.view);
  }
}

function notCurrent({ asOf, extent, unansweredSince = asOf, askedOf, problem }: View): Verdict {
  const since = showMoment(Date.parse(asOf));
  return {
    tone: 'unknown',
    title: 'The lease store does not answer',
    reasons: [
      extent === 'self'
        ? `It has not answered ${askedOf} since it was first asked, at ${showMoment(Date.parse(unansweredSince))}: the fleet is unknown.`
        : `What you see is not current: it is from ${since}.`,
      ...(problem ? [problem] : []),
    ],
  };
}

function judgeWarnings({ warnings, workers, replicas }: View): Verdict {
  const reasons = warnings.map(describe);
  if (warnings.some(({ kind }) => GRAVE.includes(kind)))
    return { tone: 'bad', title: count(reasons.length, 'problem'), reasons };
  if (reasons.length > 0)
    return { tone: 'attention', title: `${count(reasons.length, 'thing')} to know`, reasons };
  if (workers.length === 0) return { tone: 'attention', title: 'No workers', reasons: [] };
  return {
    tone: 'good',
    title: 'All is well',
    reasons: [
      `${count(workers.length, 'worker')} on ${count(replicas.length, 'replica')}, each with a leader.`,
    ],
  };
}

function describe({ key, worker, replicas = [], message }: Warning): string {
  return `${worker ?? key ?? list(replicas)}: ${message}`;
}

/** A store is most often shared by all. */
function list(replicas: readonly string[]): string {
  const [first = '', ...others] = replicas;
  return others.length === 0 ? first : `${first} and ${count(others.length, 'other replica')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
