import type { Operation } from 'nestjs-background-http-kit';

const COMMAND = {
  type: 'object',
  required: ['why'],
  properties: {
    why: { type: 'string', minLength: 1, maxLength: 500 },
    by: {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      description: 'Left out where the app itself says who is asking',
    },
  } as Record<string, object>,
};

const DURATION = { type: 'integer', minimum: 1, maximum: 2_592_000_000, description: 'Milliseconds' };

const DISABLE_COMMAND = {
  ...COMMAND,
  required: [...COMMAND.required, 'duration'],
  properties: { ...COMMAND.properties, duration: DURATION },
};

const DENIED = { 401: 'Not signed in', 403: 'Not allowed' };
const STORE = { 503: 'The lease store does not answer' };

function look(summary: string, more: Partial<Operation> = {}): Operation {
  return { summary, ...more, responses: { 200: 'OK', ...DENIED, ...more.responses } };
}

function act(summary: string, body: typeof COMMAND = COMMAND): Operation {
  return {
    summary,
    body,
    responses: {
      200: 'Done, or it was so already: the record of the audit list',
      202: 'The leader has not answered yet, and does it with its next renewal',
      400: 'The command is not complete, or out of bounds',
      ...DENIED,
      404: 'No such worker or key',
      409: 'Refused: the record says why',
      415: 'Not sent as application/json',
      ...STORE,
    },
  };
}

const NO_JOB = {
  400: 'Not the id of a job',
  404: 'No such job, or no jobs at all',
  410: 'Past its retention',
};
const JOB_STORE = { 503: 'The job store does not answer' };

function actOnJob(summary: string): Operation {
  const { responses, ...rest } = act(summary);
  return { ...rest, responses: { ...responses, ...NO_JOB, 409: 'Not as the job is now', ...JOB_STORE } };
}

/** By controller and method. */
export const OPERATIONS: Readonly<
  Record<'read' | 'act' | 'jobsRead' | 'jobsAct', Readonly<Record<string, Operation>>>
> = {
  read: {
    fleet: look('The whole fleet: replicas, keys, workers, warnings'),
    worker: look('One worker and its lease', { responses: { 404: 'No such worker', ...STORE } }),
    audit: look('The last acts, newest first', {
      query: { name: 'limit', schema: { type: 'integer' } },
      responses: { 400: 'Not a whole number from 1 to 200', ...STORE },
    }),
    staleLeases: look('Leases whose holder is not there', { responses: STORE }),
    access: look('What whoever asks may do'),
    stream: look('The fleet whenever it changes, as server-sent events', { produces: 'text/event-stream' }),
  },
  act: {
    pause: act('Lets no iteration of a worker start, on any replica'),
    resume: act('Ends a pause'),
    trigger: act('Runs one iteration now, on the leader'),
    resetBreaker: act('Closes the circuit breaker of a worker'),
    forceOpenBreaker: act('Lets no iteration through until the breaker is reset'),
    stepDown: act('Lets another replica lead a key'),
    cordon: act('Lets a replica take nothing new, and hand over what it leads'),
    uncordon: act('Lets a replica take its share again'),
    disable: act('Keeps every replica from leading a key for a time', DISABLE_COMMAND),
    enable: act('Puts a key into service again'),
    expireLease: act('Frees a lease whose holder is not there'),
  },
  jobsRead: {
    list: look('The newest background jobs', { responses: { 404: 'No jobs at all', ...JOB_STORE } }),
    failed: look('Items of a job that failed', { responses: { ...NO_JOB, ...JOB_STORE } }),
  },
  jobsAct: {
    cancel: actOnJob('Ends a job: no further item starts'),
    retry: actOnJob('Works off again what failed or was left of a job'),
  },
};
