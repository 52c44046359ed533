import { type Clock, systemClock } from 'nestjs-background-services/store';

const FAR = 3 * 3_600_000;
/** How long a clock that steps stays where it is, ms. */
const STEP = 300;

/** How far the wall clock of a machine is ahead, ms, so many milliseconds after it was looked at first. */
const KINDS = {
  right: () => 0,
  ahead: () => FAR,
  behind: () => -FAR,
  /** Forth and back. */
  stepping: (age: number) => [0, FAR, -FAR][Math.floor(age / STEP) % 3]!,
  /** Each step forward ends a leader's term, as it must: a suspended machine looks the same. Steps back must not matter. */
  'stepping back': (age: number) => -FAR * Math.floor(age / STEP),
};

export type ClockKind = keyof typeof KINDS;

/** The clock of a machine whose wall clock is wrong. */
export function clockOf(kind: ClockKind): Clock {
  const began = systemClock.monotonic();
  return {
    ...systemClock,
    wall: () => systemClock.wall() + KINDS[kind](systemClock.monotonic() - began),
  };
}

/** What makes a process of Node read such a clock. */
export function environmentOf(kind: ClockKind): Readonly<Record<string, string>> {
  const code = `
    const FAR = ${FAR}, STEP = ${STEP}, now = Date.now, ahead = ${KINDS[kind].toString()};
    Date.now = () => now() + ahead(performance.now());
  `;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}
