import { html } from 'htm/preact';
import { type ComponentChildren, h } from 'preact';
import { showCount, showDistance, showDuration } from '../format.js';
import { identityOf, type Rates, showRate, sparkline } from '../rates.js';
import type { Palette } from '../time-line.js';
import type { View, Worker } from '../wire.js';
import { Badge, type BadgeTone, Moment, ReplicaName, Section, Table, Unknown } from './shared.js';

interface WorkersProps {
  readonly view: View;
  readonly rates: Rates;
  readonly palette: Palette;
  readonly now: number;
}

const COLUMNS = ['Worker', 'State', 'Leader', 'Last run', 'Next run', 'Breaker', 'Iterations', 'Rate'];

export function Workers({ view, rates, palette, now }: WorkersProps): ComponentChildren {
  const { workers, extent } = view;
  const unreadable = new Set(view.warnings.flatMap(({ kind, key }) => (kind === 'unreadable' ? [key] : [])));
  const rows = workers.map((worker) => {
    const isKnown = extent === 'fleet' && !unreadable.has(worker.key);
    return h(WorkerRow, { key: identityOf(worker), worker, isKnown, rates, palette, now });
  });
  return h(
    Section,
    { id: 'workers', title: 'Workers' },
    workers.length === 0
      ? html`<p class="quiet">
          ${extent === 'fleet' ? 'No worker is registered.' : 'Unknown until the lease store answers.'}
        </p>`
      : h(Table, { caption: 'Workers of the fleet', columns: COLUMNS }, rows),
  );
}

const STATES: Readonly<Record<Worker['state'], BadgeTone>> = {
  running: 'good',
  paused: 'attention',
  stopped: 'attention',
  disabled: 'attention',
  leaderless: 'bad',
  absent: 'bad',
};

interface RowProps extends Omit<WorkersProps, 'view'> {
  readonly worker: Worker;
  /** Whether what the worker did could be read. */
  readonly isKnown: boolean;
}

function WorkerRow({ worker, isKnown, rates, palette, now }: RowProps): ComponentChildren {
  const { name, key, schedule, state, paused, leader, lastStartAt, nextRunAt, duration } = worker;
  const known = (content: ComponentChildren) => (isKnown ? content : h(Unknown, {}));
  return html`<tr role="row">
    <th role="rowheader" scope="row">
      <span class="name">${name}</span>
      <span class="quiet line">${schedule} · ${key}</span>
    </th>
    <td role="cell" data-label="State">
      ${h(Badge, { tone: STATES[state] }, state)}
      ${paused?.by && html`<span class="quiet line">by ${paused.by}: ${paused.why}</span>`}
    </td>
    <td role="cell" data-label="Leader">
      ${leader === null ? html`<span class="quiet">nobody</span>` : h(ReplicaName, { id: leader, colour: palette.of(leader) })}
    </td>
    <td role="cell" data-label="Last run">
      ${known(h(Moment, { at: lastStartAt, now }))}
      ${lastStartAt !== null && html`<span class="quiet line">took ${showDuration(duration.last)}</span>`}
    </td>
    <td role="cell" data-label="Next run">
      ${known(h(Moment, { at: state === 'running' ? nextRunAt : null, now }))}
    </td>
    <td role="cell" data-label="Breaker">${known(h(Breaker, { breaker: worker.circuitBreaker, now }))}</td>
    <td role="cell" data-label="Iterations" class="number">
      ${known(
        html`${showCount(worker.iterations)}
          <span class=${worker.errors > 0 ? 'line failed' : 'quiet line'}
            >${showCount(worker.errors)} failed</span
          >`,
      )}
    </td>
    <td role="cell" data-label="Rate">${known(h(Sparkline, { points: rates.of(worker) }))}</td>
  </tr>`;
}

const BREAKERS: Readonly<Record<Worker['circuitBreaker']['state'], BadgeTone>> = {
  closed: 'plain',
  'half-open': 'attention',
  open: 'bad',
  'forced-open': 'bad',
  disabled: 'plain',
};

function Breaker({
  breaker: { state, retryAt },
  now,
}: {
  readonly breaker: Worker['circuitBreaker'];
  readonly now: number;
}): ComponentChildren {
  const isWaiting = state === 'open' && retryAt !== null;
  return html`${h(Badge, { tone: BREAKERS[state] }, state)}
  ${isWaiting && html`<span class="quiet line">tries ${showDistance(Math.max(Date.parse(retryAt), now), now)}</span>`}`;
}

const BOX = { width: 80, height: 20 };

function Sparkline({ points }: { readonly points: readonly number[] }): ComponentChildren {
  const last = points.at(-1);
  if (last === undefined)
    return html`<span class="quiet" title="Not known yet: it takes two reports of the leader">…</span>`;
  return html`<span class="rate">
    <svg
      viewBox=${`-1 -1 ${BOX.width + 2} ${BOX.height + 2}`}
      width=${BOX.width}
      height=${BOX.height}
      aria-hidden="true"
    >
      <polyline points=${sparkline(points, BOX)} />
    </svg>
    ${showRate(last)}
  </span>`;
}
