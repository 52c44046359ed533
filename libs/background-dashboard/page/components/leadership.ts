import { html } from 'htm/preact';
import { type ComponentChildren, h } from 'preact';
import { useState } from 'preact/hooks';
import { showDuration, showExactly, showMoment } from '../format.js';
import { type Palette, type Stretch, stretchesOf, type TermEnd } from '../time-line.js';
import type { Key, Replica } from '../wire.js';
import { ReplicaName, Section, Table } from './shared.js';

interface LeadershipProps {
  readonly keys: readonly Key[];
  readonly replicas: readonly Replica[];
  readonly palette: Palette;
  readonly now: number;
}

const SPANS = { '5 minutes': 300_000, '1 hour': 3_600_000, '24 hours': 86_400_000 };

/** Who led when, and who is there. */
export function Leadership({ keys, replicas, palette, now }: LeadershipProps): ComponentChildren {
  const [span, setSpan] = useState(SPANS['5 minutes']);
  return h(
    Section,
    { id: 'leadership', title: 'Who led when' },
    html`<label class="span">
        The last
        <select
          value=${span}
          onChange=${(event: Event) => setSpan(Number((event.currentTarget as HTMLSelectElement).value))}
        >
          ${Object.entries(SPANS).map(([label, value]) => html`<option value=${value}>${label}</option>`)}
        </select>
      </label>
      <div class="lanes">
        ${keys.map((key) => h(Lane, { key: key.key, lease: key, palette, now, span }))}
        <div class="axis" aria-hidden="true"><span>${showMoment(now - span)}</span><span>now</span></div>
      </div>
      ${h(Replicas, { replicas, palette })}`,
  );
}

interface LaneProps extends Pick<LeadershipProps, 'palette' | 'now'> {
  readonly lease: Key;
  readonly span: number;
}

/** Pictures say nothing to those who hear the page: the stretches are a list with a text for each. */
function Lane({ lease, palette, now, span }: LaneProps): ComponentChildren {
  const stretches = stretchesOf(lease, now, span);
  return html`<div class="lane">
    <p class="lane-name">
      <span class="name">${lease.key}</span>
      <span class="quiet">
        ${lease.state}${lease.state === 'led' && lease.since !== null && ` for ${showDuration(Math.max(0, now - Date.parse(lease.since)))}`}</span
      >
    </p>
    <ol class="bar" aria-label=${`Leaders of ${lease.key}`}>
      ${stretches.map((stretch) => h(StretchItem, { key: `${stretch.kind} ${stretch.from}`, stretch, palette }))}
    </ol>
  </div>`;
}

function StretchItem({
  stretch,
  palette,
}: {
  readonly stretch: Stretch;
  readonly palette: Palette;
}): ComponentChildren {
  const told = describe(stretch);
  const { left, width } = stretch;
  // Positions are set from the script, which the page's policy allows; a style attribute it does not.
  return html`<li
    class=${stretch.kind === 'led' ? `stretch ${palette.of(stretch.leader)}` : 'stretch gap'}
    title=${told}
    style=${{ left: `${left}%`, width: `${width}%` }}
  >
    ${stretch.kind === 'led' && html`<span class="leader" aria-hidden="true">${stretch.leader}</span>`}<span
      class="hidden"
      >${told}</span
    >
  </li>`;
}

function describe(stretch: Stretch): string {
  const { kind, from } = stretch;
  if (kind === 'gap')
    return `from ${showExactly(from)} to ${showExactly(stretch.to)}: nobody is known to have led`;
  return `${stretch.leader}: from ${showExactly(from)}${describeEnd(stretch.end)}`;
}

function describeEnd(end: TermEnd): string {
  switch (end.kind) {
    case 'leads':
      return ', leads';
    case 'ended':
      return ` to ${showExactly(end.at)}, ${end.reason}`;
    case 'silent':
      return `, last heard of at ${showExactly(end.since)}`;
  }
}

const COLUMNS = ['Replica', 'Host', 'Version', 'Up for', 'Event loop lag', 'Leads'];

function Replicas({ replicas, palette }: Pick<LeadershipProps, 'replicas' | 'palette'>): ComponentChildren {
  const rows = replicas.map(
    (replica) =>
      html`<tr role="row" key=${replica.id}>
        <th role="rowheader" scope="row">
          ${h(ReplicaName, { id: replica.id, colour: palette.of(replica.id) })}
        </th>
        <td role="cell" data-label="Host">${replica.host} <span class="quiet">pid ${replica.pid}</span></td>
        <td role="cell" data-label="Version">
          ${replica.version ?? '–'} <span class="quiet">node ${replica.node}</span>
        </td>
        <td role="cell" data-label="Up for">${showDuration(replica.uptime)}</td>
        <td role="cell" data-label="Event loop lag">${showDuration(replica.eventLoopLag)}</td>
        <td role="cell" data-label="Leads">
          ${partOf(replica)}
          ${replica.leads.length > 0 && `${replica.leads.length}: ${replica.leads.join(', ')}`}
        </td>
      </tr>`,
  );
  return h(Table, { caption: 'Replicas of the fleet', columns: COLUMNS }, rows);
}

/** Whether a replica takes keys, and what it hands over. */
function partOf({ enabled, leads, placement }: Replica): ComponentChildren {
  if (!enabled) return html`<span class="quiet">does not campaign</span>`;
  if (placement?.cordoned) return html`<strong>cordoned</strong>`;
  if (placement && placement.moving > 0)
    return html`<span class="quiet">hands over ${placement.moving} of</span>`;
  return leads.length === 0 && html`<span class="quiet">standby</span>`;
}
