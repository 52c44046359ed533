import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { showDistance, showExactly } from '../format.js';

/** What nobody knows, which is not the same as nothing. */
export function Unknown(): ComponentChildren {
  return html`<span class="quiet"
    ><span aria-hidden="true">–</span><span class="hidden">unknown</span></span
  >`;
}

/** A moment as the distance from now; the exact time is a hover away. */
export function Moment({ at, now }: { readonly at: string | null; readonly now: number }): ComponentChildren {
  if (at === null) return html`<span class="quiet">–</span>`;
  const moment = Date.parse(at);
  return html`<time datetime=${at} title=${showExactly(moment)}>${showDistance(moment, now)}</time>`;
}

/** A replica's name with its colour. */
export function ReplicaName({
  id,
  colour,
}: {
  readonly id: string;
  readonly colour: string;
}): ComponentChildren {
  return html`<span class="replica"><span class=${`swatch ${colour}`} aria-hidden="true"></span>${id}</span>`;
}

export type BadgeTone = 'good' | 'attention' | 'bad' | 'plain';

export function Badge({
  tone,
  children,
}: {
  readonly tone: BadgeTone;
  readonly children?: ComponentChildren;
}): ComponentChildren {
  return html`<span class=${`badge ${tone}`}>${children}</span>`;
}

/** A landmark with a heading. */
export function Section({
  id,
  title,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly children?: ComponentChildren;
}): ComponentChildren {
  return html`<section aria-labelledby=${id}>
    <h2 id=${id}>${title}</h2>
    ${children}
  </section>`;
}

/** A table that becomes a list of cards on a narrow screen; the roles keep it a table for those who hear it. */
export function Table({
  caption,
  columns,
  children,
}: {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly children?: ComponentChildren;
}): ComponentChildren {
  return html`<table role="table">
    <caption class="hidden">
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${children}
    </tbody>
  </table>`;
}
