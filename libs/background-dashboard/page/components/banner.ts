import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import type { Tone, Verdict } from '../verdict.js';

const MARKS: Readonly<Record<Tone, string>> = { good: '✓', attention: '!', bad: '✕', unknown: '?' };

/** How the fleet is. Read out whenever it changes, and only then: nothing in it ticks. */
export function Banner({
  verdict: { tone, title, reasons },
}: {
  readonly verdict: Verdict;
}): ComponentChildren {
  return html`<div class=${`banner ${tone}`} role="status" aria-atomic="true">
    <span class="mark" aria-hidden="true">${MARKS[tone]}</span>
    <div>
      <p class="title">${title}</p>
      ${
        reasons.length > 0 &&
        html`<ul>
          ${reasons.map((reason) => html`<li>${reason}</li>`)}
        </ul>`
      }
    </div>
  </div>`;
}
