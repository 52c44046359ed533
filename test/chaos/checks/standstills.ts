import { type ChaosEvent, named } from '../events.js';

/** A time in which a process could do nothing: stopped by SIGSTOP, or its event loop blocked. */
export interface Standstill {
  readonly process: string;
  readonly from: number;
  readonly to: number;
}

export function readStandstills(events: readonly ChaosEvent[]): Standstill[] {
  const healed = new Map(named(events, 'healed').map(({ fault, at }) => [fault, at]));
  const stops = named(events, 'fault')
    .filter(({ kind }) => kind === 'SIGSTOP')
    .flatMap(({ fault, at, processes }) =>
      processes.map((process) => ({ process, from: at, to: healed.get(fault) ?? Infinity })),
    );
  const blocks = named(events, 'blocked').map(({ process, since, at }) => ({
    process,
    from: since,
    to: at,
  }));
  return [...stops, ...blocks];
}

/** How much of the time between two moments a process stood still, ms. */
export function stoodStill(
  process: string,
  since: number,
  until: number,
  standstills: readonly Standstill[],
): number {
  const own = standstills
    .filter((standstill) => standstill.process === process)
    .map(({ from, to }) => ({ from: Math.max(from, since), to: Math.min(to, until) }))
    .filter(({ from, to }) => to > from);
  return own.reduce((sum, { from, to }) => sum + to - from, 0);
}
