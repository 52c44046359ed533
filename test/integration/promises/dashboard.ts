import { type DocumentPromises, explain, promise, spec } from './promise.js';

const DASHBOARD_ROOT = 'libs/background-dashboard';
const access = spec(`${DASHBOARD_ROOT}/src/access.spec.ts`);
const api = spec(`${DASHBOARD_ROOT}/src/api.spec.ts`);
const components = spec(`${DASHBOARD_ROOT}/page/components/components.spec.ts`);
const e2e = spec('test/e2e/dashboard.e2e-spec.ts');
const jobs = spec(`${DASHBOARD_ROOT}/src/jobs/jobs.spec.ts`);
const options = spec(`${DASHBOARD_ROOT}/src/options/resolve-options.spec.ts`);
const rates = spec(`${DASHBOARD_ROOT}/page/rates.spec.ts`);
const status = spec('libs/background-services/src/fleet/fleet-status.spec.ts');
const stream = spec(`${DASHBOARD_ROOT}/src/stream/fleet-stream.spec.ts`);
const timeLine = spec(`${DASHBOARD_ROOT}/page/time-line.spec.ts`);
const verdict = spec(`${DASHBOARD_ROOT}/page/verdict.spec.ts`);

/** What the README of nestjs-background-dashboard promises, in the order in which it stands there. */
export const DASHBOARD: DocumentPromises = {
  document: `${DASHBOARD_ROOT}/README.md`,
  leftOut: [],
  sentences: [
    promise(
      'Any replica shows and steers the whole fleet.',
      api('acts, and keeps who did it and why'),
      e2e('shows who leads after the leader was killed, without being loaded again'),
    ),
    promise(
      'the page is 18 kB, gzipped, and comes with the package',
      e2e('is at most 20 kB, gzipped, in all, and may be kept by browsers'),
    ),

    // Install
    promise('with NestJS 11 or 12 on Express or Fastify', api('The API on %s'), access('On %s')),
    promise(
      '**Without a guard nothing is mounted**: every path answers 404',
      access('%s answers 404 everywhere'),
    ),
    promise(
      'Looking and acting are rights of their own:',
      access('whoever may only look cannot POST %s'),
      access('whoever may act but not look cannot POST %s'),
    ),
    promise(
      "Of a class the app's own instance is used, wherever it is provided",
      access('named as classes are the app’s own'),
    ),

    // Options
    promise('an error lists every wrong field', options('names every wrong field at once')),
    promise('who may look and act', options('takes one guard for both rights, or two')),
    promise(
      'Without `act` nobody may act, and those paths answer 404',
      access('for looking alone leave the acts unmounted'),
    ),
    promise(
      'where the page is, below a global prefix of the app; the API is at `<path>/api`',
      api('is of the host’s choice, below its prefix'),
      api('may be the root'),
    ),
    promise(
      'whether the page is mounted, or the API alone',
      options('fills in the defaults, of which the first is to mount nothing'),
    ),
    promise(
      'who is asking, from the request that the guards have let through',
      api('names who was identified, whatever the body says'),
    ),
    promise(
      'further ones are answered 503 with `Retry-After`',
      spec(`${DASHBOARD_ROOT}/src/stream.spec.ts`)(
        'On %s further streams are answered 503 with Retry-After, until one has left',
      ),
    ),
    ...explain('the source of time, for tests'),

    // The page
    promise(
      'From top to bottom: how the fleet is, and why',
      e2e('shows what is there, without a complaint of the browser'),
    ),
    promise(
      'on which this replica sends what changed, at most once a second',
      stream('sends a change within a second, and says every five that nothing has changed'),
    ),
    promise(
      'a replica reads the fleet once a second; with none open, not at all',
      stream('reads once a second for all clients together, and not at all without any'),
    ),
    promise(
      'While the connection is cut it says _Reconnecting_ and keeps what it knew, marked as old.',
      e2e('says that it reconnects when its replica stops, and keeps what it knew'),
    ),
    promise(
      'While the lease store does not answer it says since when',
      e2e('says since when it is not current while Redis does not answer'),
      verdict('is never good while nobody knows'),
    ),
    promise(
      'what was never read is _unknown_, not 0',
      components('show no zeros that nobody counted: %s'),
      e2e('invents nothing on a page of a replica that has not read the fleet before Redis went away'),
    ),
    promise(
      'Rates appear once a leader has reported twice.',
      rates('tells nothing of a count whose moment it has not seen, such as the first one'),
      rates('is never wrong by more than a quarter in the first minute, counts being told every %d s'),
    ),
    promise(
      'The term of a leader that was killed ends when it was last heard of.',
      timeLine(
        'ends the term of a leader that was killed when it was last heard of, and leaves a gap until the next one',
      ),
    ),
    promise(
      'The time until the next leader is a hatched gap.',
      e2e('shows the time between the last sign of a killed leader and its successor as a gap'),
    ),
    promise(
      'Every act asks for a reason, which is kept with name and time.',
      e2e('pauses, resumes and runs a worker from the keyboard, with a reason'),
      api('to an order without a reason is 400: %s'),
    ),
    promise(
      'Whoever may not act is not offered anything.',
      e2e('offers a reader nothing to do, and would not let it'),
    ),
    promise(
      'It works with the keyboard and with screen readers, in light and dark, and on a phone.',
      e2e('has no serious accessibility issue in the %s scheme'),
      e2e('fits on a phone'),
    ),
    promise(
      'a bar for each with the time that is left',
      e2e('shows how far a job is, what failed in it, and cancels it'),
    ),

    // The API
    promise('`Cache-Control: no-store`', api('shows the fleet, a worker and stale leases')),
    promise(
      'the whole fleet. Answers within a second, also while the store does not',
      status('answers in time, with what it knew, when the store does not'),
    ),
    promise('| one worker and its lease |', api('shows the fleet, a worker and stale leases')),
    promise(
      'the last acts, newest first, at most 200',
      api('to ?limit=%s is 400'),
      api('acts, and keeps who did it and why'),
    ),
    promise('leases whose holder is not there', api('shows the fleet, a worker and stale leases')),
    promise('what whoever asks may do', access('tell the page whether it may offer controls')),
    promise(
      'at once and whenever it changes; `pulse` every five seconds',
      stream('sends the whole view at once, as events that are not kept'),
      stream('sends a change within a second, and says every five that nothing has changed'),
    ),
    promise(
      'without their requests, and what failed in one; 404 in an app without `nestjs-background-jobs`',
      jobs('are listed without their requests, with what failed'),
      jobs('says so'),
    ),
    promise(
      'in the audit list as `jobs:cancel` and `jobs:retry`',
      jobs('are cancelled and tried again, which the audit list keeps'),
    ),
    promise('| `POST replicas/:id/cordon`', access('whoever may only look cannot POST %s')),
    promise(
      '| `POST workers/:name/pause`',
      api('to an act that is %s is %i'),
      access('whoever may only look cannot POST %s'),
    ),
    promise('`disable` with `duration` in milliseconds', api('to a duration of %p is 400')),
    promise(
      'With an `Idempotency-Key` header, an act that is sent again is not done again.',
      api('hand on which worker is meant, and the Idempotency-Key'),
    ),
    promise(
      '200, it is so now or was already; 202, the leader has not answered yet',
      api('to an act that is %s is %i'),
    ),
    promise('a field is missing or out of bounds', api('to an order without a reason is 400: %s')),
    promise(
      'what your guard said',
      access('say what they have to say: an exception of theirs is the answer'),
    ),
    promise(
      'an act that another site sent',
      api('refuse what a form can send: %s'),
      api('answer %i to the headers %j'),
    ),
    ...['`BGS_WORKER_NOT_FOUND`', '`BGS_AMBIGUOUS_WORKER`'].map((code) =>
      promise(code, api('to an act that is %s is %i')),
    ),
    promise('an act that is not `application/json`', api('refuse what a form can send: %s')),
    promise('whether an act was done is open', api('while the store does not answer is 503')),
    promise(
      '| `HTTP_503` | the app is shutting down',
      stream('ends with the app, and takes nobody any more'),
    ),
    promise(
      '`maxClients` streams are open on this replica',
      spec(`${DASHBOARD_ROOT}/src/stream.spec.ts`)(
        'On %s further streams are answered 503 with Retry-After, until one has left',
      ),
    ),
    promise(
      "the API is in the app's OpenAPI document",
      spec(`${DASHBOARD_ROOT}/src/openapi/openapi.spec.ts`)(
        'The app’s OpenAPI document describes the API, and leaves the page out',
      ),
    ),

    // Security
    promise(
      'for the page, its files, the API and the stream alike',
      access('a guard that says no keeps everybody from GET %s'),
      e2e('keeps its page, its files and its stream behind the guard'),
    ),
    promise(
      'A stream ends after a quarter of an hour',
      stream('ends after a quarter of an hour, so that the guard is asked again'),
    ),
    promise('**The page shows what errors say.**', e2e('shows hostile texts as texts')),
    promise(
      '**Other sites cannot act** in the name of a signed-in browser',
      api('answer %i to the headers %j'),
    ),
    promise(
      '**Nothing of the page is inline or from elsewhere.**',
      e2e('is at most 20 kB, gzipped, in all, and may be kept by browsers'),
    ),
    promise('Texts are rendered as texts.', e2e('shows hostile texts as texts')),
    ...explain(
      'The browser has to sign in on its own',
      'Create the app with `forceCloseConnections: true`',
      'On Fastify, worker names and keys of more than 100 characters',
    ),
    promise(
      'nginx is told so by `X-Accel-Buffering`',
      stream('sends the whole view at once, as events that are not kept'),
    ),
  ],
};
