import { JOB_TYPES, TOSSED, WORKERS } from './replica/settings.js';

interface LogLine {
  readonly replica: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A line that a replica repeated within a minute. */
export interface Repeated {
  readonly replica: string;
  readonly line: string;
  /** How often within one minute, at most. */
  readonly times: number;
}

const MINUTE = 60_000;

/** What Nest's logger puts before a line: process, time and, within the level, padding. */
const HEAD = /^\[Nest\] \d+ +- .*?(?= +(?:LOG|WARN|ERROR) )/;

/** What workers and items did, and that the tossed lease changed hands, is news each time. */
const NEWS = [...[...WORKERS, ...JOB_TYPES].map((name) => `[${name}]`), `"${TOSSED}"`];

/** Warnings and errors of the libraries that a replica wrote more than once within any minute, most often first. */
export function repeatedLines(lines: readonly LogLine[]): readonly Repeated[] {
  const times = new Map<string, number[]>();
  for (const { replica, text, at } of lines) {
    if (!/ (WARN|ERROR) /.test(text) || NEWS.some((news) => text.includes(news))) continue;
    const line = `${replica}\n${text.replace(HEAD, '').trim()}`;
    times.set(line, [...(times.get(line) ?? []), at]);
  }
  const repeated: Repeated[] = [];
  for (const [line, at] of times) {
    const most = Math.max(
      ...at.map((from) => at.filter((each) => each >= from && each < from + MINUTE).length),
    );
    const [replica = '', text = ''] = line.split('\n');
    if (most > 1) repeated.push({ replica, line: text, times: most });
  }
  return repeated.sort((a, b) => b.times - a.times);
}
