import { html } from 'htm/preact';
import { type ComponentChildren, h } from 'preact';
import type { AuditRecord } from '../wire.js';
import { Badge, type BadgeTone, Moment, Section, Table } from './shared.js';

/** The audit list, or why it is not to be had. */
export type AuditState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly records: readonly AuditRecord[] }
  | { readonly kind: 'failed'; readonly message: string };

const OUTCOMES: Readonly<Record<AuditRecord['outcome'], BadgeTone>> = {
  done: 'good',
  pending: 'attention',
  refused: 'bad',
};
const COLUMNS = ['When', 'What', 'Who', 'Why', 'Outcome'];

export function Audit({
  audit,
  now,
}: {
  readonly audit: AuditState;
  readonly now: number;
}): ComponentChildren {
  return h(Section, { id: 'audit', title: 'Audit' }, content(audit, now));
}

function content(audit: AuditState, now: number) {
  if (audit.kind === 'loading') return html`<p class="quiet">Loading …</p>`;
  if (audit.kind === 'failed') return html`<p class="failed">${audit.message}</p>`;
  if (audit.records.length === 0) return html`<p class="quiet">Nobody has done anything yet.</p>`;
  const rows = audit.records.map(
    ({ id, at, action, target, by, why, outcome, detail }) =>
      html`<tr role="row" key=${id}>
        <td role="cell" data-label="When">${h(Moment, { at, now })}</td>
        <td role="cell" data-label="What">${action} <span class="name">${target}</span></td>
        <td role="cell" data-label="Who">${by}</td>
        <td role="cell" data-label="Why">${why}</td>
        <td role="cell" data-label="Outcome">
          ${h(Badge, { tone: OUTCOMES[outcome] }, outcome)}
          ${detail && html`<span class="quiet line">${detail}</span>`}
        </td>
      </tr>`,
  );
  return h(Table, { caption: 'The last acts of operators', columns: COLUMNS }, rows);
}
