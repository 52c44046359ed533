import { html } from 'htm/preact';
import { type ComponentChildren, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { AccessBody } from '../../src/index.js';
import { type Act, actsOnJob } from '../actions.js';
import { readFailedItems } from '../api.js';
import { showDuration } from '../format.js';
import { showCounts, whereabouts, type Whereabouts } from '../jobs.js';
import type { Palette } from '../time-line.js';
import type { AuditRecord, FailedItems, JobSummary, View } from '../wire.js';
import { ActDialog } from './act-dialog.js';
import { Badge, type BadgeTone, Moment, ReplicaName, Section } from './shared.js';

/** The jobs, or why they are not to be had. */
export type JobsState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly jobs: readonly JobSummary[] }
  | { readonly kind: 'failed'; readonly message: string };

interface JobsProps {
  readonly state: JobsState;
  readonly view: View;
  readonly access: AccessBody;
  readonly palette: Palette;
  readonly now: number;
  readonly onActed: () => void;
}

/** The newest background jobs: how far each is, how much longer it takes, what failed. */
export function Jobs({ state, view, access, palette, now, onActed }: JobsProps): ComponentChildren {
  const [act, setAct] = useState<Act>();
  const [notice, setNotice] = useState('');
  const [by, setBy] = useState('');

  function answered({ outcome, detail }: AuditRecord): void {
    setAct(undefined);
    setNotice(detail || outcome);
    onActed();
  }

  const dialog = act && { act, by: access.by ?? by, isIdentified: access.by !== null, onName: setBy };
  return h(
    Section,
    { id: 'jobs', title: 'Jobs' },
    html`<p class="notice" role="status">${notice}</p>
      ${content(state, (jobs) => {
        const where = whereabouts(view);
        return html`<ul class="entries">
          ${jobs.map((job) => h(JobRow, { key: job.id, job, where: where.get(job.id), palette, now, acts: access.act ? actsOnJob(job) : [], onAct: setAct }))}
        </ul>`;
      })}
      ${dialog && h(ActDialog, { ...dialog, onAnswered: answered, onClosed: () => setAct(undefined) })}`,
  );
}

function content(
  state: JobsState,
  show: (jobs: readonly JobSummary[]) => ComponentChildren,
): ComponentChildren {
  if (state.kind === 'loading') return html`<p class="quiet">Loading …</p>`;
  if (state.kind === 'failed') return html`<p class="failed">${state.message}</p>`;
  return state.jobs.length === 0 ? html`<p class="quiet">None.</p>` : show(state.jobs);
}

const STATES: Readonly<Record<JobSummary['state'], BadgeTone>> = {
  pending: 'plain',
  running: 'good',
  completed: 'good',
  failed: 'bad',
  cancelled: 'attention',
};

interface RowProps extends Pick<JobsProps, 'palette' | 'now'> {
  readonly job: JobSummary;
  readonly where: Whereabouts | undefined;
  readonly acts: readonly Act[];
  readonly onAct: (act: Act) => void;
}

function JobRow({ job, where, palette, now, acts, onAct }: RowProps): ComponentChildren {
  const { id, type, state, counts, percentage, createdAt, finishedAt, cancelRequested, error } = job;
  const name = `${type} ${id.slice(-8)}`;
  const isActive = state === 'running' || state === 'pending';
  return html`<li class="job">
    <p>
      <span class="name" title=${id}>${name}</span> ${h(Badge, { tone: STATES[state] }, state)}
      ${where && h(ReplicaName, { id: where.replica, colour: palette.of(where.replica) })}
      <span class="quiet"
        >${finishedAt === null ? 'submitted ' : 'over '}${h(Moment, { at: finishedAt ?? createdAt, now })}</span
      >
    </p>
    ${isActive && html`<progress aria-label=${`Progress of ${name}`} max="100" value=${percentage}></progress>`}
    <p class="quiet">
      ${showCounts(counts)}${isActive && where && where.remaining !== null ? `, ${showDuration(where.remaining)} left` : ''}${cancelRequested && isActive ? ', stopping' : ''}
    </p>
    ${error !== null && html`<p class="message failed">${error}</p>`}
    ${counts.failed > 0 && h(Failures, { id, name, failed: counts.failed })}
    <div class="buttons">
      ${acts.map((each) => html`<button type="button" onClick=${() => onAct(each)}>${each.label}<span class="hidden"> ${name}</span></button>`)}
    </div>
  </li>`;
}

/** Items that failed, once somebody wants to see them; read again when there are more. */
function Failures({
  id,
  name,
  failed,
}: {
  readonly id: string;
  readonly name: string;
  readonly failed: number;
}): ComponentChildren {
  const [isOpen, setOpen] = useState(false);
  const [found, setFound] = useState<FailedItems>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (!isOpen) return;
    readFailedItems(id).then(
      (items) => {
        setFound(items);
        setProblem('');
      },
      (error: unknown) => setProblem(String(error)),
    );
  }, [id, isOpen, failed]);
  return html`<details
    onToggle=${(event: Event) => setOpen((event.currentTarget as HTMLDetailsElement).open)}
  >
    <summary>Failed items<span class="hidden"> of ${name}</span></summary>
    ${problem && html`<p class="failed">${problem}</p>`}
    <ul>
      ${found?.items.map(({ key, error }) => html`<li key=${key}><span class="name">${key}</span> <span class="message">${error}</span></li>`)}
    </ul>
    ${found?.more && html`<p class="quiet">There are more.</p>`}
  </details>`;
}
