import { type DocumentPromises, explain, promise, spec } from './promise.js';

const SRC = 'libs/background-jobs/src';
const client = spec(`${SRC}/client/jobs-client.spec.ts`);
const connections = spec('test/integration/background-jobs/connections.spec.ts');
const controller = spec(`${SRC}/http/jobs.controller.spec.ts`);
const executor = spec(`${SRC}/execution/job-executor.spec.ts`);
const file = spec('test/integration/background-jobs/file-store.spec.ts');
const fileStore = spec(`${SRC}/store/file/file-job-store.spec.ts`);
const fleet = spec('test/integration/background-jobs/fleet.spec.ts');
const fuzz = spec('test/slow/background-jobs/http.fuzz.spec.ts');
const jobLog = spec(`${SRC}/service/job-log.spec.ts`);
const longPolls = spec(`${SRC}/http/long-polls.spec.ts`);
const memory = spec(`${SRC}/store/memory/memory-job-store.spec.ts`);
const operation = spec(`${SRC}/operation/job-operation.spec.ts`);
const options = spec(`${SRC}/options/resolve-options.spec.ts`);
const redisStore = spec(`${SRC}/store/redis/redis-job-store.spec.ts`);
const request = spec(`${SRC}/service/check-request.spec.ts`);
const rights = spec('test/slow/background-jobs/rights.spec.ts');
const writtenOver = spec('test/slow/background-jobs/store.fuzz.spec.ts');

/** What the README of nestjs-background-jobs promises, in the order in which it stands there. */
export const JOBS: DocumentPromises = {
  document: 'libs/background-jobs/README.md',
  leftOut: [],
  sentences: [
    promise(
      'A client submits it, gets an id, and watches progress',
      controller('takes a job on at once, and says where to look'),
    ),
    promise(
      'it has `get`, `list`, `items`, `cancel`, `retryFailed` and `events`, too',
      fleet('work off what failed again, and are one job for one key'),
    ),
    promise(
      'At `kill -9` at most `concurrency` items of a job are done again.',
      spec('test/e2e/background-jobs.e2e-spec.ts')('A job outlives five kill -9 of whoever runs it'),
    ),
    promise(
      "**One item's failure never stops the job**",
      executor('tries again with full jitter, and records what goes on failing'),
    ),
    promise(
      '`maxFailures` and `failureRatio` do',
      executor('fails the job at once when more fail than may'),
      executor('fails the job at its end when too large a share failed'),
    ),
    promise('after what `Retry-After` of the error says', executor('waits as long as an error asks for %s')),
    promise(
      'what is there already is skipped, unless the request has `forceRefresh: true`',
      executor('skips what is there already, unless all is asked for anew'),
    ),
    promise(
      'any replica runs any job',
      fleet('run on another replica than takes them, and are seen from both'),
    ),
    promise(
      'as often as it takes',
      spec('test/e2e/background-jobs.e2e-spec.ts')('A job outlives five kill -9 of whoever runs it'),
    ),
    promise(
      "All keys and channels begin with the target's `keyPrefix` and `prefix`",
      connections('under the keyPrefix of a cluster, with its password'),
    ),
    promise('With `replicas` over 1 the boot is refused.', options('refuse %s')),
    promise(
      'the lock beside it (`….lock`) refuses a second one',
      file('refuse a second process, which names the first one, and not one after its end'),
    ),
    promise(
      'one that a dead process left is taken over',
      fileStore('takes over the lock %j of a process that is gone'),
    ),
    promise(
      'on a full disk it is refused with 507, on a read-only one with 503',
      file('refuse a submit on a full disk, say why, and keep those that were accepted'),
      fileStore('%s: refuses a submit, with the reason, and keeps nothing of it'),
    ),
    promise(
      '`kill -9` costs no accepted job',
      file('are all there that were accepted, after kill -9 at any moment'),
    ),
    promise(
      'Entries that cannot be read are named in the log',
      fileStore('loses one entry that cannot be read, keeps the file, and names it'),
    ),
    promise('`maxPending` (1,000 jobs, 429)', controller('refuses more jobs than may wait')),
    promise(
      '`maxRequestSize` (1 MiB, 413)',
      controller(
        'a request that is larger than the type takes is 413, and one that is nested too deeply 400',
      ),
    ),
    promise(
      'What is over is kept for a day, failed jobs for a week (`retention`).',
      memory('keeps failed jobs longer'),
      redisStore('leaves no key behind of what is past its retention'),
    ),
    promise(
      '**What cannot be read costs itself only.**',
      writtenOver('costs what was written over, names it, and stops nothing else'),
    ),
    promise(
      'it can be cancelled, and is removed like any other',
      redisStore('fails the job when it is taken up, once, with the reason'),
      redisStore('cancels the job, which then goes like any other'),
    ),
    promise(
      'An outcome that cannot be read is a failed item with that code.',
      redisStore('shows an outcome that cannot be read as a failed item, and the others as they are'),
    ),
    promise(
      'A key of another type where the store has its own is removed, with a log line.',
      redisStore('goes on without what has the name of its key %s, but another type'),
    ),
    promise(
      'get the index of their items by status when it is first asked for',
      redisStore('is built when it is asked for, of a job that an older version wrote, and once'),
      redisStore('is right while a replica of an older version runs the job, which knows nothing of it'),
    ),

    // HTTP
    promise('without a guard nothing is', controller('Without a guard nothing is mounted')),
    promise(
      'Further ones are answered 503 with `Retry-After`.',
      longPolls('refuse further %s with 503 and Retry-After, until one has left'),
    ),
    promise(
      'A client that leaves frees its place at once.',
      spec(`${SRC}/http/jobs.awaits.spec.ts`)('keeps nothing of a client that leaves: %s'),
    ),
    promise(
      '`Idempotency-Key` makes it safe to send again',
      controller('is one job for one idempotency key, and none for another request under it'),
    ),
    promise(
      '`Prefer: wait=20` answers as soon as it has changed or is over',
      controller('tells of a job until its end, and of nothing to who saw that'),
    ),
    promise('its items; `?status=failed`', controller('shows items, and works off again what failed')),
    promise(
      'server-sent events up to its end; resumed by `Last-Event-ID`',
      controller('tells of a job until its end, and of nothing to who saw that'),
      client('by another stream when one breaks, from where it was'),
    ),
    promise('| no further item starts |', executor('ends a job that is cancelled, told of it or not')),
    promise(
      'works off again what failed or was left',
      controller('shows items, and works off again what failed'),
    ),
    promise('| `GET /jobs` | newest first', fuzz('has a problem for every query that makes no sense')),
    promise(
      'Errors are `application/problem+json` with a stable `code`',
      controller('%s %s is %i'),
      fuzz('answers 10,000 pairs of path and headers at once, and never by a fault of its own'),
    ),
    promise(
      'Requests are checked against `body` of the job',
      request('refuses a request with all that is wrong, and where'),
    ),

    // Operation
    promise(
      'which items failed (the first 20 of a run)',
      jobLog(
        'says when one is submitted, starts with how many items, gets on, has failed items, and is done',
      ),
      jobLog('warns of the first twenty failed items, and leaves the rest to the debug level'),
    ),
    promise('jobs are seen where workers are', operation('joins health, the view of the fleet, and events')),
    promise(
      '`background_jobs_submitted_total{type}`',
      operation('counts in a registry of prom-client, from zero'),
    ),

    // The rights of a user of Redis
    promise(
      'Jobs, their queue and their messages need these keys, channels and commands:',
      rights('with the documented rights (keyPrefix "%s") runs jobs to their end, and is never refused'),
    ),
    promise(
      'With a `keyPrefix` of `app:`, write `~app:{background-jobs}*`',
      rights('with the documented rights (keyPrefix "%s") runs jobs to their end, and is never refused'),
    ),
    promise(
      'When a right is missing, one line in the log and a reason in health say which',
      rights('with %s is told at once what is missing, and runs jobs as soon as it is there'),
    ),
    promise(
      'Without the channel, jobs run, and changes are heard of up to 2 s late.',
      rights('with %s runs jobs, and is told once what comes late'),
    ),
    promise(
      '`INFO`, `HELLO` and `CLIENT` may be denied or renamed.',
      rights('with %s runs jobs, and is not troubled'),
    ),
    ...explain(
      'A database other than 0 needs `+select`',
      'One user for services and jobs has the keys and channels of both',
    ),

    // Client
    promise(
      'For browsers and Node, without Nest',
      spec(`${SRC}/client/bundle.spec.ts`)('The client is small enough for a page, and brings nothing along'),
    ),
    promise(
      'falls back to long polls where streams do not get through',
      client('by long polls where no stream gets through'),
    ),
    promise(
      'after what `Retry-After` says',
      client('waits as long as the server asks for, in seconds or up to a date'),
    ),
    promise(
      'Errors have a `code`: `JOB_FAILED`, `JOB_CANCELLED`, `JOB_TIMEOUT`, `UNREACHABLE`, or that of the API.',
      client('of a job that %s with an error'),
      client('no longer than it is told to, and leaves the job alone'),
    ),
    ...explain('The decorator style is that of `nestjs-background-services`.'),
  ],
};
