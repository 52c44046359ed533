import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Act } from '../actions.js';
import { send } from '../api.js';
import type { AuditRecord } from '../wire.js';

interface ActDialogProps {
  readonly act: Act;
  readonly by: string;
  /** Whether the app itself says who is asking. */
  readonly isIdentified: boolean;
  readonly onName: (by: string) => void;
  readonly onAnswered: (record: AuditRecord) => void;
  readonly onClosed: () => void;
}

const DURATIONS = { '10 minutes': 600_000, '1 hour': 3_600_000, '8 hours': 28_800_000, '1 day': 86_400_000 };

/**
 * Asks for a reason before anything is done. The browser's own modal dialog keeps the focus inside, closes on Escape, and gives the focus
 * back to the button that opened it.
 */
export function ActDialog({
  act,
  by,
  isIdentified,
  onName,
  onAnswered,
  onClosed,
}: ActDialogProps): ComponentChildren {
  const dialog = useRef<HTMLDialogElement>(null);
  const [state, setState] = useState<'asking' | 'sending'>('asking');
  const [why, setWhy] = useState('');
  // The dialog's own: sent again because no answer came, the act is not done twice.
  const id = useRef(newId());
  const [problem, setProblem] = useState('');
  const [duration, setDuration] = useState(DURATIONS['1 hour']);
  useEffect(() => dialog.current?.showModal(), []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setState('sending');
    setProblem('');
    const body = {
      why: why.trim(),
      ...(isIdentified ? {} : { by }),
      ...(act.hasDuration ? { duration } : {}),
    };
    const answer = await send(act.path, body, id.current);
    setState('asking');
    if (answer.kind === 'failed') return setProblem(answer.message);
    // What was refused is asked for anew, once it may be granted.
    if (answer.record.outcome === 'refused') {
      id.current = newId();
      return setProblem(`Refused: ${answer.record.detail}`);
    }
    dialog.current?.close();
    onAnswered(answer.record);
  }

  return html`<dialog
    ref=${dialog}
    aria-labelledby="act-title"
    aria-describedby="act-consequence"
    onClose=${onClosed}
  >
    <form method="dialog" onSubmit=${submit}>
      <h2 id="act-title">${act.label}: <span class="name">${act.target}</span></h2>
      <p id="act-consequence">${act.consequence}</p>
      ${
        act.hasDuration &&
        html`<label>
          For
          <select
            value=${duration}
            onChange=${(event: Event) => setDuration(Number((event.currentTarget as HTMLSelectElement).value))}
          >
            ${Object.entries(DURATIONS).map(([label, value]) => html`<option value=${value}>${label}</option>`)}
          </select>
        </label>`
      }
      ${
        isIdentified
          ? html`<p>In the name of <span class="name">${by}</span>.</p>`
          : html`<label>
              Your name
              <input
                name="by"
                required
                maxlength="200"
                autocomplete="username"
                value=${by}
                onInput=${(event: Event) => onName((event.currentTarget as HTMLInputElement).value)}
              />
            </label>`
      }
      <label>
        Reason, for the audit list
        <textarea
          name="why"
          required
          maxlength="500"
          rows="3"
          value=${why}
          onInput=${(event: Event) => setWhy((event.currentTarget as HTMLTextAreaElement).value)}
        ></textarea>
      </label>
      <p class="failed" role="alert">${problem}</p>
      <div class="buttons">
        <button type="button" onClick=${() => dialog.current?.close()}>Cancel</button>
        <button type="submit" class=${act.isGrave ? 'grave' : 'primary'} disabled=${state === 'sending'}>
          ${state === 'sending' ? 'Sending …' : act.label}
        </button>
      </div>
    </form>
  </dialog>`;
}

/** `crypto.randomUUID` is for pages behind TLS only, and this one may be opened inside a private network. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
