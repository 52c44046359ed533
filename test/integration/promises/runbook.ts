import { type DocumentPromises, explain, promise, spec } from './promise.js';

const SRC = 'libs/background-services/src';
const status = spec(`${SRC}/cli/run.spec.ts`);
const commands = spec('test/integration/deployment/runbook.spec.ts');
const compose = spec('test/integration/deployment/compose.spec.ts');
const control = spec('test/integration/fleet/fleet-control.spec.ts');
const ecs = spec('test/integration/deployment/ecs.spec.ts');
const elections = spec(`${SRC}/leadership/elections.spec.ts`);
const environments = spec('test/slow/redis-matrix/environments.spec.ts');
const hooks = spec(`${SRC}/module/hook-order.spec.ts`);
const intraday = spec('src/portfolio/intraday-portfolio.tracker.spec.ts');
const kubernetes = spec('test/integration/deployment/kubernetes.spec.ts');
const manager = spec(`${SRC}/manager/background-service-manager.spec.ts`);
const nginx = spec('test/integration/deployment/nginx.spec.ts');
const operators = spec('test/integration/redis-lease-store/operators.spec.ts');
const restart = spec('test/integration/deployment/rolling-restart.spec.ts');
const slots = spec(`${SRC}/workers/schedules/cron-schedule.spec.ts`);
const takeover = spec('test/e2e/takeover.e2e-spec.ts')(
  'is taken over when its lease expires, and no later than by a standby that only tries now and then (fleet %d)',
);
const rolling = spec('test/slow/rolling-deploy.e2e-spec.ts');

/** What the runbook promises, in the order in which it stands there. */
export const RUNBOOK: DocumentPromises = {
  document: '.docker/RUNBOOK.md',
  leftOut: [],
  sentences: [
    promise(
      'Every command here is run, or checked against the program that takes it',
      commands('are all of a kind that is checked here'),
      commands('run against a fleet: the program, Redis and HTTP'),
      commands('are what the programs of the orchestrators take, where these are installed'),
    ),
    ...[
      'Deploy',
      'Verify the leader',
      'Force a run',
      'Disable',
      'Stuck leader',
      'Duplicate runs',
      'Scale to 0',
      'Redis',
    ].map((link) => promise(`| [${link}](#`, commands('links to sections that it has'))),
    ...explain('The commands below take these from the environment:'),
    promise(
      'A worker is named as in its decorator (`intraday-portfolio`), a lease by its key',
      commands('name workers and leases of this host'),
    ),
    promise(
      'changes something wants a reason, which',
      control('notes who did what, when and why, newest first, the same at every replica'),
    ),

    // Deploy
    promise(
      'are handed over within milliseconds',
      elections('takes over within 10 ms when the leader releases'),
      spec('test/e2e/hand-over.e2e-spec.ts')(
        'hands over without missing an interval, and no two iterations of a worker overlap (fleet %d)',
      ),
    ),
    promise(
      '`/health/ready` answers 503; no iteration starts, running ones are told to end',
      spec(`${SRC}/health/health.controller.spec.ts`)('say not ready while work still drains'),
      elections('closes the gate, aborts, drains and only then releases'),
    ),
    promise(
      'the leases are released, and another replica leads',
      hooks('closes the gate, aborts, drains and releases before anything of the app is destroyed (%s)'),
    ),
    promise(
      'new connections are refused, so that the proxy asks another replica',
      nginx('does without a replica that is gone, unnoticed by callers'),
    ),
    promise(
      'idle connections are left for the proxy to close',
      nginx('closes an idle connection to a replica before the replica does'),
    ),
    promise(
      "all of it before the orchestrator's limit",
      compose('lets the app drain before it is killed'),
      kubernetes('lets a pod leave the endpoints, drain and answer before it is killed'),
      ecs('lets the app drain and answer before it is killed'),
    ),
    ...explain('Before you deploy:'),
    promise(
      '`npm run rolling-deploy` plays it on your machine',
      rolling('explains itself, and refuses what it does not understand'),
    ),
    promise(
      'replicas that boot together take turns',
      spec('src/database/postgres.spec.ts')('ran once, although three replicas booted together'),
    ),
    promise(
      'The fleet should be well:',
      status('ends with 1 if nobody leads, a lease is stale, or no replica is there'),
    ),
    promise(
      'With Docker Compose, on the machine of the fleet:',
      restart('replaces one after the other, each when all answer again'),
    ),
    promise(
      '(a preStop of 5 s lets every node learn that a pod goes before it gets SIGTERM)',
      kubernetes('lets a pod leave the endpoints, drain and answer before it is killed'),
    ),
    promise(
      'On ECS, where the load balancer lets go of a task before it is stopped',
      ecs('never has fewer than the three replicas, and replaces one at a time'),
    ),
    promise(
      'makes the service',
      ecs('is what register-task-definition and create-service take, with no other key'),
    ),
    promise(
      'Afterwards every key has a leader that is one of the new replicas',
      status('ends with 1 if nobody leads, a lease is stale, or no replica is there'),
    ),

    // Verify a leader
    promise('Nobody leads for a moment after a kill -9: until the lease has run out.', takeover),
    promise(
      'In an ordinary stop nobody notices.',
      spec('test/e2e/hand-over.e2e-spec.ts')(
        'hands over without missing an interval, and no two iterations of a worker overlap (fleet %d)',
      ),
    ),

    // Force a run
    promise(
      'never beside a scheduled one, and with a fencing token',
      manager('runs one iteration now, beside the schedule'),
      manager('does not overlap a running iteration'),
    ),
    promise(
      'it is running already, it is paused or stopped, nobody leads, or its circuit breaker is open',
      control('refuses what cannot be, with the reason'),
      manager('does not get past an open circuit breaker, and says until when it is open'),
    ),

    // Disable
    promise(
      'All workers of a key, on all replicas, those that boot later included:',
      elections('respects DISABLED for as long as it is there, and overwrites it never'),
    ),
    promise(
      'the leader notices with its next renewal, within 10 s',
      spec('test/e2e/disabled-key.e2e-spec.ts')(
        'stops everyone by the next renewal, and is overwritten by nobody',
      ),
    ),
    promise(
      'One worker of several, until it is resumed, and across deployments:',
      control('keeps a worker paused across a hand-over and on a fresh replica'),
    ),
    promise(
      'Cron slots that pass meanwhile run late, once, when it is over (`misfire`).',
      slots('runs late, once, by default'),
    ),

    // Stuck leader
    ...explain('There is a leader, but its workers make no progress.'),
    promise(
      'the holder is `DISABLED`, a worker is paused',
      control(
        'acts on what is so now: opposite acts in a row all take effect, and repeated ones change nothing',
      ),
    ),
    promise(
      'its last error says why; it tries again by itself',
      spec(`${SRC}/workers/circuit-breaker.spec.ts`)('is entered by the first iteration after the open time'),
    ),
    promise(
      '`step-down`: the signal aborts, another replica leads',
      elections('stays back after stepDown() so that another replica leads'),
    ),
    promise(
      'end that replica: its lease is kept until the work has ended',
      elections('keeps the lease of work that does not drain, names it, and lets it expire'),
    ),
    promise(
      'nothing: its lease runs out within the TTL',
      elections('takes over at the expiry of a silent leader plus at most 50 ms'),
    ),
    promise(
      '`expire-lease`; it is refused if the holder is there after all',
      control('frees a lease whose holder is not there, and no other'),
    ),
    promise('Redis does not answer in time', elections('logs trouble with the store once, and its end')),
    promise(
      'it asks nobody, and for a renewal interval two replicas lead',
      elections(
        'ends the term at the next renewal when the key is deleted, and begins a new one with a larger token',
      ),
    ),
    promise('What they write is fenced', intraday('writes nothing as a leader of the past')),

    // Duplicate runs
    promise(
      'Sorted by start, the lines of all replicas show it:',
      commands('sort the log of the iterations by their start'),
    ),
    promise('the database knows which term wrote what', commands('ask the database what it can tell')),
    ...explain('Then why:', 'the method is not elected', 'Redis lost its newest writes in a failover'),
    promise(
      'a log line at start says "leadership in memory"',
      spec(`${SRC}/module/lease-store.provider.spec.ts`)(
        'lives in memory without Redis, which is said in the log',
      ),
    ),
    promise(
      '`LOST LEADERSHIP` on one replica after `Became LEADER` on another',
      spec(`${SRC}/logs/library-log.spec.ts`)('has one line each for what operators look for, as texts'),
    ),
    promise(
      'the database refused the late write, and all is well',
      intraday('writes nothing as a leader of the past'),
    ),
    promise(
      'the same `scheduledAt` under two tokens, a kill in between',
      slots(
        "while the slot runs: the successor runs it again with onInterrupted: 'rerun', under a larger token",
      ),
    ),

    // Scale to 0
    promise(
      'Every leader hands over or releases; the last one leaves all keys free.',
      spec(`${SRC}/module/lifecycle.spec.ts`)('waits for running work and hands the lease over'),
    ),
    promise("To have those skipped, set `misfire: 'skip'`", slots("is given up with misfire: 'skip'")),
    ...explain('Back again, to three:'),

    // Redis
    promise(
      'What is in there, for each key: the lease (30 s), `{key}:token`',
      operators('find the token and the ledger beside the lease, where they never expire'),
    ),
    promise(
      'Tokens go on rising, since they are floored by the clock of Redis.',
      environments('without one: says that it has lost what was recorded, and leads on under a larger token'),
    ),
    promise(
      'cron slots between the two run once more, late, and what was paused or disabled then is so again',
      slots('may be of a backup: a slot that ran since runs once more, late'),
    ),
  ],
};
