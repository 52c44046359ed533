import type { ControlRecord } from 'nestjs-background-services/fleet';
import type { JobSummary, Key, Replica, Worker } from './wire.js';

/** One thing to do, and what it is done to. */
export interface Act {
  readonly action: ControlRecord['action'];
  readonly label: string;
  /** What will happen, for the dialog. */
  readonly consequence: string;
  readonly target: string;
  /** Of the API. */
  readonly path: string;
  /** Whether it takes work away from its place, or keeps it from being done. */
  readonly isGrave: boolean;
  /** Whether it is for a time. */
  readonly hasDuration: boolean;
}

type Kind = Pick<Act, 'action' | 'label' | 'consequence'> & Partial<Pick<Act, 'isGrave' | 'hasDuration'>>;

const PAUSE: Kind = {
  action: 'pause',
  label: 'Pause',
  consequence: 'No iteration will start, on any replica, until it is resumed. A running one goes on.',
  isGrave: true,
};
const RESUME: Kind = { action: 'resume', label: 'Resume', consequence: 'Iterations will start again.' };
const TRIGGER: Kind = {
  action: 'trigger',
  label: 'Run now',
  consequence: 'The leader will begin one iteration at once, beside its schedule.',
};
const RESET: Kind = {
  action: 'reset-breaker',
  label: 'Close breaker',
  consequence: 'The circuit breaker will close, and iterations run again.',
};
const FORCE_OPEN: Kind = {
  action: 'force-open-breaker',
  label: 'Open breaker',
  consequence: 'No iteration will be let through until the circuit breaker is closed by hand.',
  isGrave: true,
};
const STEP_DOWN: Kind = {
  action: 'step-down',
  label: 'Step down',
  consequence: 'Running work is aborted and drained, and another replica takes the lead.',
  isGrave: true,
};
const CORDON: Kind = {
  action: 'cordon',
  label: 'Cordon',
  consequence: 'The replica will take nothing new, and hand over what it leads, as long as others take it.',
  isGrave: true,
};
const UNCORDON: Kind = {
  action: 'uncordon',
  label: 'Uncordon',
  consequence: 'The replica will take its share again.',
};
const DISABLE: Kind = {
  action: 'disable',
  label: 'Disable',
  consequence: 'No replica will lead this key for as long as you say. Running work is aborted.',
  isGrave: true,
  hasDuration: true,
};
const ENABLE: Kind = { action: 'enable', label: 'Enable', consequence: 'Replicas may lead this key again.' };
const EXPIRE: Kind = {
  action: 'expire-lease',
  label: 'Expire lease',
  consequence:
    'The lease is freed before it expires by itself. A holder that is only cut off from the store may still be at work.',
  isGrave: true,
};

const CANCEL_JOB: Kind = {
  action: 'jobs:cancel',
  label: 'Cancel',
  consequence: 'No further item will start, and those that run are told to stop.',
  isGrave: true,
};
const RETRY_JOB: Kind = {
  action: 'jobs:retry',
  label: 'Retry',
  consequence: 'What failed, and what was left, will be worked off again.',
};

/** What makes sense for a worker as it is. */
export function actsOn({ name, key, state, circuitBreaker }: Worker): readonly Act[] {
  const isOpen = circuitBreaker.state !== 'closed';
  const kinds = [state === 'paused' ? RESUME : PAUSE, TRIGGER, isOpen ? RESET : FORCE_OPEN];
  // Workers of two apps may have one name.
  return kinds.map((kind) => toAct(kind, 'workers', name, `?key=${encodeURIComponent(key)}`));
}

/** What makes sense for a key as it is. */
export function actsOnKey({ key, state }: Key): readonly Act[] {
  const kinds = [state === 'stale' ? EXPIRE : STEP_DOWN, state === 'disabled' ? ENABLE : DISABLE];
  return kinds.map((kind) => toAct(kind, 'keys', key));
}

/** What makes sense for a replica as it is. */
export function actsOnReplica({ id, placement }: Replica): readonly Act[] {
  return placement ? [toAct(placement.cordoned ? UNCORDON : CORDON, 'replicas', id)] : [];
}

/** What makes sense for a job as it is. */
export function actsOnJob({ id, state, cancelRequested, counts }: JobSummary): readonly Act[] {
  const isOver = state !== 'pending' && state !== 'running';
  if (!isOver) return cancelRequested ? [] : [toAct(CANCEL_JOB, 'jobs', id)];
  return counts.failed > 0 || state !== 'completed' ? [toAct(RETRY_JOB, 'jobs', id)] : [];
}

function toAct(kind: Kind, group: 'workers' | 'keys' | 'replicas' | 'jobs', target: string, query = ''): Act {
  const verb = kind.action.replace(/^jobs:/, '');
  const path = `${group}/${encodeURIComponent(target)}/${verb}${query}`;
  return { isGrave: false, hasDuration: false, ...kind, target, path };
}
