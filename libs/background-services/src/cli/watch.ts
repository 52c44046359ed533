import type { FleetStatus, FleetView } from '../fleet/index.js';
import { pause } from '../kit/index.js';
import type { Clock } from '../lease/index.js';
import { showDuration } from './duration.js';
import { plainCell, plainJson } from '../logs/index.js';
import { statusLines } from './report.js';
import { cutTo } from './table.js';
import type { Paint, Terminal } from './terminal.js';

export interface WatchContext {
  readonly status: FleetStatus;
  readonly address: string;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly paint: Paint;
  readonly json: boolean;
  /** Milliseconds. */
  readonly interval: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** When the store answered last. */
interface Since {
  readonly at: Date;
  readonly monotonic: number;
}

const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** Draws the fleet again and again, until it is told to end. While Redis does not answer, it says so above what was known. */
export async function watch(context: WatchContext): Promise<void> {
  const { status, clock, interval, signal, json, terminal } = context;
  // By the store's clock where it has answered; how long ago, by a clock that never steps.
  let since = { at: new Date(clock.wall()), monotonic: clock.monotonic() };
  while (!signal.aborted) {
    const view = await status.viewAnew();
    if (isEnded(signal)) return;
    if (view.current) since = { at: view.asOf, monotonic: clock.monotonic() };
    if (json) terminal.write(`${plainJson(view)}\n`);
    else draw(view, since, context);
    await pause(clock, interval, signal);
  }
}

/** What happens while one waits is not seen by the compiler. */
function isEnded({ aborted }: AbortSignal): boolean {
  return aborted;
}

function draw(
  view: FleetView,
  since: Since,
  { clock, terminal, paint, address, interval }: WatchContext,
): void {
  const { isTTY, rows } = terminal;
  const columns = isTTY ? terminal.columns : undefined;
  const head = view.current
    ? paint(`${plainCell(address)} at ${view.asOf.toISOString()}, every ${showDuration(interval)}`, 'faint')
    : paint(silence(view, since, clock, columns), 'bad');
  const lines = [
    head,
    '',
    ...(view.current || view.keys.length > 0 ? statusLines(view, { paint, columns }) : []),
  ];
  if (!isTTY) return terminal.write(`${lines.join('\n')}\n\n`);
  const fitting = rows !== undefined && lines.length >= rows ? shorten(lines, rows - 1) : lines;
  terminal.write(`${HOME}${fitting.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`);
}

function silence(
  { problem = '' }: FleetView,
  since: Since,
  clock: Clock,
  columns: number | undefined,
): string {
  const lasts = showDuration(clock.monotonic() - since.monotonic);
  const text = plainCell(`Redis does not answer since ${since.at.toISOString()} (${lasts}): ${problem}`);
  return columns === undefined ? text : cutTo(text, columns);
}

/** A screen that scrolls cannot be drawn over. */
function shorten(lines: readonly string[], rows: number): readonly string[] {
  const kept = Math.max(1, rows - 1);
  return [...lines.slice(0, kept), `… ${lines.length - kept} more lines`];
}
