import { html } from 'htm/preact';
import { type ComponentChildren, h } from 'preact';
import type { View } from '../wire.js';
import { Moment, Section } from './shared.js';

const MOST = 20;

/** The last errors of all workers, newest first. */
export function Errors({
  view: { workers, extent },
  now,
}: {
  readonly view: Pick<View, 'workers' | 'extent'>;
  readonly now: number;
}): ComponentChildren {
  const errors = workers
    .flatMap(({ name, recentErrors }) => recentErrors.map((error) => ({ name, ...error })))
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, MOST);
  return h(
    Section,
    { id: 'errors', title: 'Recent errors' },
    errors.length === 0
      ? html`<p class="quiet">${extent === 'fleet' ? 'None.' : 'Unknown until the lease store answers.'}</p>`
      : html`<ul class="entries">
          ${errors.map(
            ({ name, at, type, message }) =>
              html`<li>
                <p>
                  <span class="name">${name}</span>${' '}<span class="quiet"
                    >${type}, ${h(Moment, { at, now })}</span
                  >
                </p>
                <p class="message">${message}</p>
              </li>`,
          )}
        </ul>`,
  );
}
