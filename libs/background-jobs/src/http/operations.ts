import type { Operation } from 'nestjs-background-http-kit';

const DENIED = { 401: 'Not signed in', 403: 'Not allowed' };
const STORE = { 503: 'The job store does not answer' };
const FULL = { 507: 'The job store is full' };
const CROWDED = { 503: 'The job store does not answer, or too many clients are waiting (`Retry-After`)' };
const ONE = {
  400: 'Not the id of a job',
  404: 'No such job',
  410: 'Past its retention',
  ...DENIED,
  ...STORE,
};

/** By controller and method. */
export const OPERATIONS: Readonly<Record<'read' | 'act', Readonly<Record<string, Operation>>>> = {
  read: {
    list: {
      summary: 'Jobs, newest first; ?type=, ?status= (comma-separated), ?cursor=, ?limit=',
      responses: { 200: 'OK', 400: 'A filter makes no sense', ...DENIED, ...STORE },
    },
    get: {
      summary: 'One job; with `Prefer: wait=20` as soon as it has changed or is over',
      responses: { 200: 'OK', 304: 'As the client knows it (If-None-Match)', ...ONE, ...CROWDED },
    },
    items: {
      summary: 'Items of a job in their order; ?status=, ?cursor=, ?limit=',
      responses: { 200: 'OK', ...ONE },
    },
    events: {
      summary: 'The job whenever it changes, as server-sent events, up to its end',
      produces: 'text/event-stream',
      responses: { 200: 'OK', 204: 'It is over, and the client saw that', ...ONE, ...CROWDED },
    },
  },
  act: {
    submit: {
      summary: 'Takes a job on; an `Idempotency-Key` makes it safe to send again',
      body: { type: 'object', description: 'What the job type asks for' },
      responses: {
        200: 'Done: the client, or the type, preferred to wait',
        202: 'Taken on: `Location` and `statusUrl` say where to look',
        400: 'The request is malformed',
        ...DENIED,
        404: 'No such job type',
        409: 'The same request is being answered',
        413: 'The request is too large',
        415: 'Not sent as application/json',
        422: 'The idempotency key was used for another request',
        429: 'Too many jobs are waiting',
        ...STORE,
        ...FULL,
      },
    },
    cancel: {
      summary: 'Ends a job: no further item starts',
      responses: { 200: 'It is over', 202: 'It ends in a moment', ...ONE },
    },
    retry: {
      summary: 'Works off again what failed, or was left of a cancelled or failed job',
      responses: { 202: 'Taken on', 409: 'It is not over, or nothing failed', ...ONE },
    },
  },
};
