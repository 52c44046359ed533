import { type DocumentPromises, explain, promise, spec } from './promise.js';

const SRC = 'libs/background-services/src';
const bootChecks = spec(`${SRC}/module/boot-checks.spec.ts`);
const assembly = spec(`${SRC}/fleet/fleet-assembly.spec.ts`);
const baseClass = spec(`${SRC}/workers/background-service.spec.ts`);
const breaker = spec(`${SRC}/workers/circuit-breaker.spec.ts`);
const card = spec(`${SRC}/fleet/replica-presence.spec.ts`);
const cli = spec(`${SRC}/cli/run.spec.ts`);
const cliArguments = spec(`${SRC}/cli/arguments.spec.ts`);
const cliFleet = spec('test/integration/fleet/cli.spec.ts');
const clockChanges = spec(`${SRC}/workers/schedules/cron-clock-changes.spec.ts`);
const continuous = spec(`${SRC}/decorators/continuous.decorator.spec.ts`);
const continuousSchedule = spec(`${SRC}/workers/schedules/continuous-schedule.spec.ts`);
const control = spec(`${SRC}/fleet/fleet-control.spec.ts`);
const controlOnRedis = spec('test/integration/fleet/fleet-control.spec.ts');
const cronSlots = spec(`${SRC}/workers/schedules/cron-slots.spec.ts`);
const cronZone = spec(`${SRC}/workers/schedules/cron-zone.spec.ts`);
const declared = spec(`${SRC}/discovery/declared-workers.spec.ts`);
const desk = spec(`${SRC}/fleet/command-handler.spec.ts`);
const elected = spec(`${SRC}/decorators/leader-elected.decorator.spec.ts`);
const elections = spec(`${SRC}/leadership/elections.spec.ts`);
const entries = spec(`${SRC}/entries/entries.spec.ts`);
const environments = spec('test/slow/redis-matrix/environments.spec.ts');
const errors = spec(`${SRC}/errors/describe-error.spec.ts`);
const events = spec(`${SRC}/events/events.spec.ts`);
const emitter = spec(`${SRC}/events/background-events.spec.ts`);
const explorer = spec(`${SRC}/discovery/worker-explorer.spec.ts`);
const frozen = spec('test/e2e/frozen-redis.e2e-spec.ts');
const glance = spec(`${SRC}/health/fleet-glance.spec.ts`);
const guests = spec(`${SRC}/manager/guests.fuzz.spec.ts`);
const health = spec(`${SRC}/health/health.controller.spec.ts`);
const hooks = spec(`${SRC}/module/hook-order.spec.ts`);
const indicator = spec(`${SRC}/health/background-health.indicator.spec.ts`);
const idle = spec(`${SRC}/module/idle.spec.ts`);
const intervals = spec(`${SRC}/workers/schedules/interval-schedule.spec.ts`);
const kit = spec(`${SRC}/testing/background-testing-kit.spec.ts`);
const leaseKeys = spec(`${SRC}/lease/lease-key.spec.ts`);
const leaseStore = spec(`${SRC}/module/lease-store.provider.spec.ts`);
const lifecycle = spec(`${SRC}/module/lifecycle.spec.ts`);
const log = spec(`${SRC}/logs/library-log.spec.ts`);
const manager = spec(`${SRC}/manager/background-service-manager.spec.ts`);
const metadata = spec(`${SRC}/discovery/schedule-metadata.spec.ts`);
const metrics = spec(`${SRC}/metrics/register-metrics.spec.ts`);
const missingModule = spec(`${SRC}/discovery/missing-module.spec.ts`);
const module = spec(`${SRC}/module/background-services.module.spec.ts`);
const neighbours = spec('test/slow/neighbours.e2e-spec.ts');
const formats = spec('test/slow/formats/nest-11.e2e-spec.ts');
const nest11 = spec('test/slow/compat-nest11.e2e-spec.ts');
const oneReplica = spec('test/e2e/one-replica-runs-it.e2e-spec.ts');
const operators = spec('test/integration/redis-lease-store/operators.spec.ts');
const optionTable = spec(`${SRC}/options/option-table.spec.ts`);
const options = spec(`${SRC}/options/resolve-options.spec.ts`);
const assign = spec(`${SRC}/placement/assign.spec.ts`);
const placement = spec(`${SRC}/placement/placement.spec.ts`);
const plainText = spec(`${SRC}/logs/plain-text.spec.ts`);
const prometheus = spec('test/integration/prometheus/alerts.spec.ts');
const publisher = spec(`${SRC}/fleet/presence-publisher.spec.ts`);
const redisConnections = spec('test/integration/redis-lease-store/connections.spec.ts');
const redisCost = spec('test/integration/redis-lease-store/cost.spec.ts');
const redisTarget = spec(`${SRC}/redis/redis-target.spec.ts`);
const registry = spec(`${SRC}/manager/registry/schedule-registry.spec.ts`);
const renamed = spec(`${SRC}/workers/renamed-worker.spec.ts`);
const replication = spec('test/slow/redis-topologies/replication-hole.spec.ts');
const runner = spec(`${SRC}/workers/runner.spec.ts`);
const sharded = spec(`${SRC}/manager/sharded-workers.spec.ts`);
const slots = spec(`${SRC}/workers/schedules/cron-schedule.spec.ts`);
const status = spec(`${SRC}/fleet/fleet-status.spec.ts`);
const statusOnRedis = spec('test/integration/fleet/fleet-status.spec.ts');
const structured = spec(`${SRC}/logs/structured.spec.ts`);
const term = spec(`${SRC}/leadership/term.spec.ts`);
const testClock = spec(`${SRC}/testing/test-clock.spec.ts`);
const testIteration = spec(`${SRC}/testing/test-iteration.spec.ts`);
const timeouts = spec(`${SRC}/workers/schedules/timeout-schedule.spec.ts`);
const tracing = spec(`${SRC}/tracing/trace-background-services.spec.ts`);
const verdict = spec(`${SRC}/health/verdict.spec.ts`);
const worker = spec(`${SRC}/workers/worker.spec.ts`);

/** What the README of nestjs-background-services promises, in the order in which it stands there. */
export const SERVICES: DocumentPromises = {
  document: 'libs/background-services/README.md',
  leftOut: ['', 'Install', 'Why not a lock around each tick', 'Comparison', 'Architecture', 'Licence'],
  sentences: [
    // Above the first section
    promise(
      'Undecorated `@Interval` and `@Cron` methods go on as before, on every replica.',
      elected(
        'runs each method once an interval: the elected ones here, the others on the timers of @nestjs/schedule',
      ),
      nest11('runs its elected methods on one of two replicas, and all others on both'),
    ),
    promise(
      'Without `redis` it runs in memory',
      leaseStore('lives in memory without Redis, which is said in the log'),
    ),
    promise(
      'runs in the CommonJS jest of `nest new` as it is',
      formats('run the specs of an app, transformed by %s'),
    ),
    promise(
      'On Node `require` and `import` find one copy. Where a tool makes two, each job still runs once and a second registration is refused',
      formats('%s: each schedule runs once, and so does each job'),
      formats('refuse a second registration, of %s'),
    ),
    promise(
      'boots an app with each of them',
      neighbours(
        'in ${title} beside $what: elected work runs where it leads, all else everywhere, and a shutdown releases',
      ),
    ),
    promise(
      'The last row does not depend on the interval',
      oneReplica(
        'run each worker once an interval, for at most 10 Redis commands a second whatever the interval',
      ),
    ),

    // What is promised, and what is not
    promise(
      '**Promised: no iteration starts past the renew deadline of its term',
      worker('refuses from the renew deadline on, even if nobody has noticed it yet'),
      frozen(
        'makes the leader abort at the renew deadline, before anybody else may lead, start nothing after it, and lead again by itself',
      ),
    ),
    promise('and fencing tokens strictly increase', elections('gives every term a larger token')),
    ...explain('What that means:'),
    promise(
      'counted from the moment the last confirmed renewal was _sent_',
      term('lives until the renew deadline, counted from when the confirmed command was sent'),
    ),
    promise(
      'clock that says more of the monotonic and the wall clock',
      term('is dead after a suspension that only the wall clock saw'),
      term('is not prolonged by a wall clock set by %d ms'),
    ),
    promise(
      'A suspended machine, a blocked event loop, a stepped clock',
      elections('is no leader on waking from a stall of one and a half TTLs, before any timer has run'),
      elections('does not lead longer when the wall clock is set by %d ms'),
    ),
    promise(
      '`iteration.signal` aborts within 50 ms of the deadline',
      elections(
        'aborts within 50 ms of the renew deadline while commands hang, and leads again when they are answered',
      ),
    ),
    ...explain('**Not promised: mutual exclusion by itself.**'),
    promise(
      'Tokens still rise, because they are floored by the clock of Redis',
      replication(
        'two holders are granted the lease, and the second token is larger although the first is forgotten',
      ),
    ),
    promise(
      'One that ignores it keeps running: it is named in an error log',
      elections('keeps the lease of work that does not drain, names it, and lets it expire'),
      lifecycle('names work that does not end in time in an error, and leaves its lease to expire'),
    ),

    // Fencing
    promise(
      'Every term has a fencing token, larger than all before it.',
      elections('gives every term a larger token'),
    ),
    promise(
      'nothing lost with the fence around read and write',
      spec('test/slow/chaos.e2e-spec.ts')('lost no write that the fenced register acknowledged'),
    ),
    promise(
      "so an old leader's transaction either commits before the new leader's first write or is refused",
      spec('src/portfolio/intraday-portfolio.tracker.spec.ts')('writes nothing as a leader of the past'),
    ),

    // Workers
    promise(
      'at a fixed rate, never overlapping.',
      intervals('is kept, however long iterations take'),
      worker('never overlap'),
    ),
    promise(
      "a new leader's first run is due one interval after the last start, at once if that is over",
      intervals('goes on one interval after the last start, when the leader was killed'),
      intervals('goes on at once if the start is overdue'),
    ),
    promise(
      'at its slots, each at most once across the fleet',
      slots('run every slot once'),
      slots('run every slot once while they hand over in order again and again'),
    ),
    promise(
      'slots missed during a failover run late rather than never',
      slots('runs late, once, by default'),
    ),
    promise(
      'once a term, that long after its beginning',
      timeouts('runs once, so long after the beginning of the term'),
      timeouts('runs again in the next term, wherever that is'),
    ),
    promise(
      'for as long as this replica leads; begun again with random, growing delays if it fails or returns',
      continuous('runs for as long as the replica leads, once a term'),
      continuous('is begun again with growing delays if it returns'),
      continuousSchedule('is random below a bound that begins at the smallest and doubles up to the largest'),
    ),
    promise(
      'any of these, without decorators',
      manager('runs %s'),
      manager('runs without a schedule for as long as this replica leads'),
    ),
    promise(
      'any of these, as a class of its own',
      baseClass('does what it is registered with'),
      explorer('is found by its class, under its own key, or that of @LeaderElected'),
    ),
    promise(
      'on a class makes all its scheduled methods share one lease; on a method it is for that method alone and wins over the class',
      elected('takes its methods, and leaves all others to @nestjs/schedule'),
      elected('wins over the class: key and options are its own'),
    ),
    promise(
      'It works above and below the schedule decorator',
      continuous('works for one elected method, above and below @LeaderElected'),
      declared('are refused above and below @LeaderElected too'),
    ),
    promise(
      'and whichever way the modules are imported',
      hooks('closes the gate, aborts, drains and releases before anything of the app is destroyed (%s)'),
      elected('works in an app that does not import ScheduleModule'),
    ),
    promise(
      'request-scoped providers, duplicate names',
      explorer('refuses %s ones, with class, method and cure'),
      explorer('refuses two workers of one name, and names both places'),
    ),
    promise('bad patterns and zones', metadata('refuses %s, with class, method and cure')),
    promise(
      'an undecorated subclass with its own schedules',
      declared('refuses an undecorated subclass with a schedule of its own: it would run on every replica'),
    ),
    promise(
      'If that is set back, slots that have run do not run again, up to a minute',
      slots('does not keep slots back that it settled ahead of time, and that is said'),
      slots('is believed where it is a little ahead: no slot runs twice'),
    ),
    promise('A worker is called what its schedule is called', metadata('of %s')),
    promise(
      'a name that looks minified is a warning at boot',
      spec(`${SRC}/workers/name-remarks.spec.ts`)('warns of %s'),
    ),
    promise(
      'cadence, cron slots, pause, breaker and counts go on under the new name',
      renamed('keeps its cadence'),
      renamed('loses and doubles no cron slot, also when the former build leads again for a while'),
      renamed('keeps its pause, its breaker and its counts'),
    ),
    ...explain('Options of `@LeaderElected`, durations in milliseconds:'),
    promise(
      "aborts an iteration's signal after this long and counts it as a failure",
      worker('aborts the signal when it is over, and counts the iteration as failed'),
    ),
    promise(
      'runs the first interval iteration as soon as this replica leads, if no earlier start is on record',
      intervals('runs as soon as this replica leads'),
      intervals('does not run at once where a start is on record'),
    ),
    promise(
      "one late run for all of them, `'skip'`, or `'fire-all'`",
      slots('runs one late for all by default, the latest, and counts the others as missed'),
      slots("is given up with misfire: 'skip'"),
      slots("runs late with misfire: 'fire-all', each of them, in order"),
    ),
    promise(
      'cron slots later than this are given up',
      slots('is given up if it is later than the start deadline'),
    ),
    promise(
      '`\'skip\'` keeps "at most once", `\'rerun\'` makes it "at least once"',
      slots('while the slot runs: the successor skips it by default, says so, and counts it as missed'),
      slots(
        "while the slot runs: the successor runs it again with onInterrupted: 'rerun', under a larger token",
      ),
    ),
    promise(
      'overrides it in part; `false`: none',
      worker('follows what the worker says over what the module says'),
      worker('is not there if %s says so, whatever the ledger, and a reset does not bring it'),
    ),
    promise(
      'an iteration that runs longer shows as stalled in health',
      verdict('may take a minute, or three periods'),
      verdict('may take as long as its options say'),
    ),
    promise(
      'led [where the other key is](#placement)',
      placement('leaves sticky keys where they are'),
      placement('leads keys together that are to be led together'),
    ),
    promise(
      'deals the work out into this many [shards](docs/shards.md), each led by one replica',
      sharded('runs each shard once per due time, a little after the one before'),
    ),
    promise(
      'runs at the instants at which the `cron` package runs the same method undecorated',
      cronSlots('"%s" means the same'),
      cronSlots('means the same by random patterns'),
    ),
    promise(
      'such as `L`, `W`, `#` and `?`, fail at boot',
      cronSlots('are refused where they are not understood: "%s"'),
    ),
    promise(
      'Such a step is a warning at boot.',
      metadata(
        'runs at the steps that `cron` accepts, however long, with a warning that says what they mean',
      ),
    ),
    promise("the worker's name; without it `Class.method`", metadata('of %s')),
    promise(
      'an IANA name, `local` or `system`, or `UTC+3`, `utc-5:30`',
      cronZone('is read as `cron` reads it: "%s"'),
    ),
    promise('whole minutes, instead of `timeZone`', metadata('honours utcOffset: %p, in minutes')),
    promise(
      'registered, and stopped until `manager.start(name)`',
      metadata('honours disabled: it is registered, stopped, and runs once it is started'),
    ),
    promise(
      'no slot before this many ms after the boot',
      metadata('honours initialDelay: no slot before it, counted from the boot'),
    ),
    promise(
      'how late a slot may be, ms, and still count as on time',
      slots("runs with misfire: 'skip' too, if it is late by no more than the threshold"),
    ),
    promise(
      'holds always: iterations never overlap',
      metadata('never overlaps, whatever waitForCompletion says'),
    ),
    promise('without effect: no job has a timer of its own', metadata('reads every option')),
    promise('`runOnInit` and all others | fail at boot', metadata('refuses %s, with class, method and cure')),
    promise(
      'A daily job runs once a day, every day.',
      cronSlots('"%s" in %s is one slot on every day of the year'),
    ),
    ...[
      'a fixed time that is skipped',
      'a fixed time that comes twice',
      'a fixed time in the hour after the repeated one',
      'a wildcard or step in hours that are named, skipped',
      'a wildcard or step in hours that are named, repeated',
      'every hour, in the hour that is skipped',
      'every hour, in the hour that comes twice',
      'Each cell is tested in `cron-clock-changes.spec.ts`',
    ].map((row) => promise(row, clockChanges('"%s" in %s'))),
    promise(
      'elapsed time, on every night',
      clockChanges('is an hour long on every night, whichever way the clocks go: %s'),
    ),
    promise(
      'Five consecutive failures open it for a minute, in which its iterations are skipped quietly',
      breaker('opens at the threshold'),
      worker('opens after as many consecutive failures as configured, and skips quietly'),
    ),
    promise(
      'the first success closes it, a failure opens it again',
      breaker('closes on the first success'),
      breaker('opens again for the whole time on the first failure'),
    ),
    promise(
      'Aborts, lost leases and shutdowns never count.',
      worker('is no failure and no news if the work ends with %s'),
      worker('takes an aborted probe for no verdict'),
    ),
    promise('Its state travels with the lease', worker('stays open in the next term')),

    // Health
    promise(
      "answers in Terminus' shape: 200, or 503 if a worker that _this replica leads_ is degraded",
      health('tells of every worker in the shape of Terminus'),
      health('is 503 while a worker that this replica leads is degraded, and says which and why'),
    ),
    promise(
      '(its breaker is open, more than 5 % of its last 100 iterations failed, it is stalled, or it was stopped or paused)',
      verdict('degrades above the limit, and not at it'),
      verdict('degrades what this replica leads and does not run'),
    ),
    promise(
      'With several replicas, each leads its share of the keys.',
      placement('spreads the keys over replicas that boot together'),
      placement('gives a replica that joins its share, with as few moves as there can be, and rests'),
      placement('leaves the keys of a replica that leaves to the others, evenly, each within milliseconds'),
      placement('deals the keys of a killed replica out to the others once its leases have expired'),
    ),
    promise(
      '**The lease decides, placement only advises.**',
      assign('says the same whatever the order of the units and replicas'),
      assign('keeps the bounds, and deals out all that there is room for'),
      placement('weighs replicas by their capacity'),
      placement('leads as without placement where the store cannot tell who is there'),
    ),
    promise(
      '**A move is a graceful hand-over**',
      placement('does not interrupt work that is running, and moves other keys instead'),
    ),
    promise(
      '**Nothing moves** while each replica leads its share, rounded up or down',
      assign('moves nothing where every replica is within one of its share'),
      placement('moves nothing before the fleet has settled'),
      placement('waits while a deployment goes on, and evens out after it'),
    ),
    promise(
      '**Cordon** a replica before you drain its node',
      placement('lets a cordoned replica hand over what it has, and take nothing'),
      placement('keeps what it has on a cordoned replica if nobody else takes it'),
    ),
    promise(
      'A replica that should not lead a free key waits 0.2 s before it tries.',
      placement('deals the keys of a killed replica out to the others once its leases have expired'),
    ),
    promise(
      'It needs a store that tells who is there (`board.members`)',
      placement('leads as without placement where the store cannot tell who is there'),
    ),
    promise(
      'or the lease store does not answer. A standby is healthy.',
      health('is told of with since when, and makes the health 503'),
      health('is 200 on a standby, which names the leader'),
    ),
    promise(
      'The body is rendered at most once a second, and a request never sends a command to Redis.',
      health('is rendered once a second, whoever asks'),
      health('sends no command to the store'),
    ),
    promise(
      'With more than 100 workers (`health.detailLimit`) the body has `counts` and the first 20 degraded workers.',
      health('is full up to 100 workers, and a summary beyond'),
    ),
    promise('any other value is a 400', health('answers 400 to %j, and says what was expected')),
    promise(
      'It counts as degraded once it is unreachable',
      health('is shown and tolerated for as long as it may be a hiccup'),
      spec('test/integration/health/store.spec.ts')('health where a real Redis refuses'),
    ),
    promise(
      '`current` is `false` if it is old or the store does not answer',
      glance('says how old it is, and that it is not current once it is older than two readings'),
      glance('is not current while the store does not answer the renewals'),
    ),
    promise(
      'it is read once in three renewals (30 s by default), for fleets of up to 100 keys',
      glance('reads it along with renewals while somebody asks, once per interval however often that is'),
      glance('does not read a fleet of more than 100 keys'),
    ),
    promise('they never fail for a sick worker', health('never fail for a sick worker')),
    promise(
      'Readiness fails while the store is unreachable if you set `health.readyRequiresStore`; liveness never does.',
      health('fails readiness only where readyRequiresStore says so, and liveness never'),
    ),
    promise(
      'Error texts are not shown unless `health.exposeErrors` is set, and that needs a `health.guard`.',
      health('are hidden by default'),
      health('are refused without a guard'),
    ),
    promise(
      'tell them to let the probes through',
      health('let the routes past the global guards of the app'),
    ),
    promise(
      'Inside your own health check:',
      indicator('stands beside other indicators under the key it is given'),
    ),
    promise(
      'With `health: false` no route is mounted, and the indicator can still be injected.',
      options('false mounts no controller'),
    ),

    // The manager
    promise('All of it is about this replica.', manager('show both sides of an election')),
    promise(
      'one iteration now; refused with an error if not leading, busy, paused or open',
      manager('needs this replica to lead, and names the one that does'),
      manager('does not overlap a running iteration'),
      manager('does not run what is paused or stopped'),
      manager('does not get past an open circuit breaker, and says until when it is open'),
    ),
    promise(
      'whether its iteration ended in time',
      manager('aborts the running iteration and says that it ended in time'),
      manager('waits no longer than its timeout, says so, and keeps the lease while the work goes on'),
    ),
    promise(
      'hands the lease over, in order',
      manager('ends the term in order, and lets another replica take it'),
    ),

    // The fleet
    promise(
      'are about all of them, whichever is asked',
      statusOnRedis('is the same at each of three processes, and true, through a kill -9 of the leader'),
    ),
    promise(
      'with independent masters, on a majority of them',
      spec('test/integration/redlock-lease-store/fleet.spec.ts')(
        'is seen from each replica, also with one server down',
      ),
    ),
    promise(
      'A store of your own without a `board` shows only the replica itself.',
      status('says what is missing where the store keeps no board'),
    ),
    promise(
      'on every replica, across failovers and deployments, until resume',
      controlOnRedis('keeps a worker paused across a hand-over and on a fresh replica'),
    ),
    promise(
      'of a holder that is not there (any more)',
      controlOnRedis('frees a lease whose holder is not there, and no other'),
    ),
    promise(
      'the last 200 acts: who, when, what, why, and what became of it',
      controlOnRedis('notes who did what, when and why, newest first, the same at every replica'),
      spec(`${SRC}/lease/board/memory-board.spec.ts`)('keeps the last two hundred answers'),
    ),
    promise(
      "All times are those of the store's clock",
      desk("goes by the store's clock where its own is %i h off"),
    ),
    promise('`warnings` come worst first', assembly('puts the worst warnings first')),
    promise(
      "Only the leader's workers run; the others are `absent`",
      assembly(
        'calls a worker absent that its leader does not have, and tells of replicas with different workers',
      ),
    ),
    promise(
      'extensions nested deeper than 16 levels are left out. One log line says so.',
      card('leaves out extensions that are nested too deep, and says so; the rest of the presence stays'),
    ),
    promise(
      '`view()` answers within a second and never throws.',
      status('answers in time, with what it knew, when the store does not'),
    ),
    promise('`extent` is `self`', status('tells what it knows of itself before the store has ever answered')),
    promise(
      'A leader that was killed tells no end',
      runner('keeps when its successor saw that it had renewed, however seldom it works'),
      assembly('tells of the last sign of work of a term without an end: %s'),
    ),
    promise(
      'they survive failovers. A leader that is killed takes what it counted since then.',
      statusOnRedis('keeps counting through a graceful hand-over, and through a kill -9 but for one renewal'),
    ),
    promise(
      'An act reaches the leader within milliseconds over pub/sub, and within half a renewal interval without.',
      controlOnRedis(
        'reaches the leader without waiting for its next renewal, from whichever replica it is asked for',
      ),
      controlOnRedis('reaches it with the next renewal where no message arrives'),
      publisher('tells the revision that comes back, and half a beat later that of then'),
    ),
    promise(
      'or `pending` if the leader has not answered within two seconds',
      controlOnRedis('says what it knows of an act that nobody answers in time'),
    ),
    promise(
      'by an `id` of whoever asks, under which nothing is done twice',
      control('triggers once what is asked for twice under one id, and answers the same'),
      desk('does once what is put up twice under one id'),
    ),
    promise(
      'say which is meant: `{ why, by, key:',
      control('wants to know which worker is meant, where several have the name'),
    ),
    promise(
      'about one Redis command a second on top of 1.3',
      statusOnRedis('costs at most two commands a second with 20 workers on three replicas'),
    ),

    promise(
      'A replica joins the fleet with its first worker or extension (jobs are one).',
      idle('joins the fleet with its first worker'),
      idle('joins the fleet with its first extension'),
    ),
    promise(
      'Before that it sends nothing and sets no timer, and only its own view shows it.',
      idle(
        'sends nothing to a shared store without workers, and is shown by its own view when somebody looks',
      ),
    ),
    promise(
      '`store-fault`',
      assembly('puts the worst warnings first'),
      spec('libs/background-dashboard/page/verdict.spec.ts')(
        'names the replicas whose lease store is meant, the first of many',
      ),
    ),

    // Command line
    promise(
      'straight in Redis, so that it works when the app does not',
      cli('acts on a key that is named, and on no other'),
      cli('tells of a key that is named'),
    ),
    promise('`--help` tells of each', cliArguments('names every command, option and exit code')),
    promise(
      '`--json` prints one line: the `FleetView`',
      cli('gives scripts the view as it is'),
      cli('is a line of JSON each time, for scripts'),
    ),
    promise(
      'Names, errors and reasons are shown as text whatever is in them',
      cli('are shown as text in tables, errors and records'),
      cliFleet('shows hostile names and errors as texts'),
    ),
    promise(
      'and the password of the URL never is',
      cli('of Redis end with 3, and never tell a password'),
      cliArguments('says which Redis is missing, and never the password of a wrong one'),
    ),
    promise(
      '| 0 | all is well, or the act is done',
      cli('ends with 0 if all is well, also while something is paused or disabled'),
    ),
    promise(
      'a key leaderless, stale or flapping, a circuit breaker open',
      cli('ends with 1 if nobody leads, a lease is stale, or no replica is there'),
    ),
    promise('| 2 | the command line makes no sense', cli('of usage end with 2')),
    promise('| 3 | Redis does not answer', cliFleet('with 3 when Redis does not answer')),
    promise(
      'the act was refused, or the leader has not answered yet',
      cli('end with 4 when they are refused'),
      cli('end with 4 when the leader does not answer'),
    ),
    promise(
      'show up as warnings but do not make `--check` fail',
      cli('ends with 0 if all is well, also while something is paused or disabled'),
    ),
    promise(
      'A key whose replicas were all killed is leaderless for ten minutes more',
      statusOnRedis('misses the keys of a fleet that was killed'),
    ),

    // Events
    ...explain('What happens on a replica, typed, for listeners in the app:'),
    promise(
      '`elected` and `revoked` (each exactly once a term)',
      events('tells of a term once at its beginning and once at its end'),
    ),
    promise(
      'Listeners are called at once; what they throw or reject with is contained and logged once a type.',
      emitter('contains what listeners throw and reject with, and reports it once a type'),
      events('logs a listener that fails once a type, and goes on'),
    ),
    promise(
      'Where nobody listens, nothing is made.',
      emitter('knows whether anybody listens, so that nothing has to be made for nobody'),
    ),
    promise(
      '`bridgeEvents(events, eventEmitter)`',
      emitter('hands events to the emitter of @nestjs/event-emitter, wildcards and all'),
    ),

    // Metrics
    ...explain('With `prom-client` installed:'),
    ...[
      '`leader`',
      '`leader_transitions_total`',
      '`lease_renew_errors_total`',
      '`iterations_total`',
      '`iteration_duration_seconds`',
      '`last_success_timestamp_seconds`',
      '`missed_runs_total`',
      '`circuit_breaker_state`',
      '`circuit_breaker_skipped_total`',
    ].map((name) =>
      promise(
        `| ${name} |`,
        metrics('have these names, types and labels'),
        metrics('show a life: standing by, leading, failing, an open breaker, a lost lease'),
      ),
    ),
    promise(
      'how long after it was due the last iteration began; led here only',
      metrics('say how late an iteration began'),
      metrics('say nothing of a former leader that was true when it led'),
    ),
    promise(
      'The package brings a Grafana dashboard (`ops/grafana-dashboard.json`) and alert rules',
      metrics('are all that ops/%s asks for'),
      prometheus('are rules that Prometheus takes'),
    ),

    // Tracing
    ...explain('With `@opentelemetry/api` installed:'),
    promise(
      'A span for each iteration',
      tracing('makes a span of each iteration, active while the work runs'),
    ),
    promise(
      'from the end of a term until its lease is released',
      tracing(
        'does not take an abort for a failure, and makes a span of the hand-over with the release in it',
      ),
    ),
    promise(
      'for each command to the lease store',
      tracing('makes a span of each lease operation, and marks those that failed'),
    ),

    // Logs
    promise(
      'One line each, at most once a minute where it goes on',
      log('has one line each for what operators look for, as texts'),
      elections('says who waits for whom at first and every 60 s, and how long it took'),
    ),
    promise(
      '`closed: reset` (by an operator)',
      log('says that an operator reset a breaker, not that the worker recovered'),
    ),
    promise('An error is told with its causes', errors('tells the causes of an error, the nearest first')),
    promise(
      "In the JSON mode of Nest 12's `ConsoleLogger` and in nestjs-pino they are fields of the record",
      structured("are records of Nest's JSON logger: a text as message, the fields and the error beside it"),
      structured(
        'are records of pino: `msg` is the text, the fields stand beside it, and `err` has type, stack and causes',
      ),
    ),
    promise(
      'A logger that throws, rejects or hangs costs its lines, never an election.',
      guests('elects, drains and shuts down in time, and keeps the rules of leadership'),
    ),
    promise(
      'control characters are written as escapes',
      plainText('writes %s as an escape'),
      log('lets nothing that comes from outside act in a line or in a stack'),
    ),

    // Options
    promise(
      'an error lists every wrong field with what was expected and what came',
      options('lists every wrong field at once, with what was expected and received'),
    ),
    promise(
      'a client of yours (duplicated, never closed)',
      redisConnections('is duplicated, and neither changed nor closed'),
    ),
    promise(
      'how many [replicas](docs/redis-topologies.md) must have a write of a lease before it counts',
      replication('waitReplicas makes a leader of nobody whose lease is on the master alone'),
    ),
    promise(
      'instead of `redis`: a store (yours to close), or a factory such as [`redlockStore([…])`](../background-redlock/README.md), whose store is closed for you',
      leaseStore('is the one it is given'),
      leaseStore('is the one that a factory makes, which is told of the app, and is closed with it'),
      leaseStore('is never closed where the app made it'),
      options('excludes a store'),
    ),
    promise(
      'a random boot suffix is always added',
      options('adds a random suffix to the instance id, so that a restarted replica is another one'),
    ),
    promise('the others keep their proportion to it', options('keep their proportions to a given TTL')),
    promise('| `lease.renewInterval` | TTL / 3 |', options('has a default for everything')),
    promise(
      '| `lease.renewDeadline` | TTL × 2/3 |',
      options('must leave the TTL time behind the renew deadline'),
      options('has a default for everything'),
    ),
    promise('| `lease.retryInterval` | TTL / 3 |', options('has a default for everything')),
    promise(
      '| `lease.jitter` | 0.2 |',
      options('has a default for everything'),
      options('must leave room for one more renewal before the deadline, jitter included'),
    ),
    promise(
      "`'thread'`: leases are kept while the event loop is [blocked]",
      elections('goes on leading after a block that the keeper bridged'),
      spec('test/e2e/blocked-loop.e2e-spec.ts')('With a heartbeat thread'),
    ),
    promise(
      'how long it may be blocked before the thread lets go',
      spec(`${SRC}/leadership/keeper/keeper.spec.ts`)(
        'leaves the lease to expire once the event loop was silent for the stall limit',
      ),
      options('may be a thread, with a stall limit of five TTLs'),
    ),
    promise(
      '`{ failureThreshold: 5, openDuration: 60_000',
      options('has a default for everything'),
      options('takes false for no circuit breaker'),
    ),
    promise(
      '| `health.path`, `.livePath`, `.readyPath` |',
      health('are /health/background, /health/live and /health/ready by default'),
      health('are those of the options'),
    ),
    promise('| `health.controller` | `true` |', health('are free for the app with %s')),
    promise('| `health.maxErrorRate` | 0.05 |', indicator('honours maxErrorRate')),
    promise(
      '503 for a degraded worker, or 200 with its status in the body',
      health('is 200 with failOnDegraded: false, and still says which'),
    ),
    promise(
      '| `health.exposeErrors`, `health.guard` | `false`, none |',
      health('are shown with exposeErrors, to whom the guard lets through'),
    ),
    promise(
      'with more workers, the body is a summary unless `?detail=full` is asked for',
      health('has another limit with health.detailLimit'),
      health('gives whoever asks what he asks for'),
    ),
    promise(
      '503 of the readiness probe while the lease store does not answer, and until it has once',
      health('is not ready with readyRequiresStore before the store has answered once'),
    ),
    promise(
      'method decorators for the three routes',
      health('let the routes past the global guards of the app'),
    ),
    promise(
      'how long running work may take to end before its lease is left to expire',
      lifecycle('names work that does not end in time in an error, and leaves its lease to expire'),
    ),
    promise(
      "`'structured'`: log lines with [fields](#logs)",
      log("carries fields where the option says so: replica, key, token, worker, the iteration's number"),
    ),
    promise(
      'how keys are spread that say nothing of it themselves',
      optionTable('has $path with the default of the schema, $value'),
      placement('leaves sticky keys where they are'),
    ),
    promise(
      "this replica's share of the balanced keys, compared with that of the others",
      optionTable('has $path with the default of the schema, $value'),
      placement('weighs replicas by their capacity'),
    ),
    promise(
      'version of the app, to tell replicas',
      optionTable('has $path with the default of the schema, $value'),
    ),
    promise(
      'the sources of time and randomness, for tests',
      optionTable('has $path with the default of the schema, $value'),
      kit('lets time pass until there is a leader'),
    ),
    promise(
      'put around iterations, hand-overs and commands to the lease store',
      tracing('is not worth the work: an instrumentation that %s'),
    ),
    promise(
      'whether this replica campaigns at all; not given, `BACKGROUND_SERVICES_ENABLED`',
      module('does not campaign with enabled: false, but shows its workers'),
      options('takes enabled from BACKGROUND_SERVICES_ENABLED=%j where it is not given'),
    ),
    promise(
      'a boot without `redis` and without a shared `store` is an error',
      leaseStore('is required with requireSharedStore: a boot without one fails'),
    ),

    // Runbook for operators
    promise(
      'The lease key is the key of the decorator, and its value is the instance id of the leader.',
      operators('show the instance id and the time left, and free the lease'),
    ),
    promise(
      'stops its workers in order, and nobody overwrites the key',
      operators('keeps everybody out: nothing that a replica does overwrites, prolongs or removes it'),
      spec('test/e2e/disabled-key.e2e-spec.ts')(
        'stops everyone by the next renewal, and is overwritten by nobody',
      ),
    ),
    promise(
      '`DEL` on a working leader ends its term at the next renewal',
      elections(
        'ends the term at the next renewal when the key is deleted, and begins a new one with a larger token',
      ),
    ),
    promise(
      'every name begins with the prefix',
      leaseKeys('begins every name with the prefix: the rights of a user may be bound to it'),
      environments('%s is on every key and channel'),
    ),
    promise('Set `maxmemory-policy noeviction`', environments('%s is warned of once, with what it breaks')),
    promise(
      'it has no TTL, and what makes tokens rise. Losing it is survived',
      operators('find the token and the ledger beside the lease, where they never expire'),
      operators('the token: its holder has lost it, and the next token is right again'),
    ),
    promise('Log lines to look for:', log('has one line each for what operators look for, as texts')),

    // Deployment
    promise(
      'On SIGTERM the workers drain before anything else of the app is destroyed',
      hooks('closes the gate, aborts, drains and releases before anything of the app is destroyed (%s)'),
      lifecycle('is over before other shutdown hooks begin'),
    ),
    promise(
      'and a standby goes on within milliseconds',
      spec('test/e2e/hand-over.e2e-spec.ts')(
        'hands over without missing an interval, and no two iterations of a worker overlap (fleet %d)',
      ),
      elections('takes over within 10 ms when the leader releases'),
    ),
    promise('A second signal ends the wait.', lifecycle('does not wait any longer on a second %s')),
    promise(
      'Cadence, cron slots and breaker states are handed over with the lease.',
      elections('saves the ledger with the release and hands it to the next leader'),
    ),
    promise(
      'The reference host refuses new connections first',
      spec('test/integration/deployment/rolling-restart.spec.ts')(
        'replaces one after the other, each when all answer again',
      ),
    ),
    promise('Scaled to 0, cron slots that pass are run late, once', slots('runs late, once, by default')),
    promise(
      'Probes: liveness `/health/live`, readiness `/health/ready`.',
      health('never fail for a sick worker'),
    ),
    promise(
      'one command per replica and batch of 250 keys for every renewal or try',
      redisCost('is four script calls for 1,000 leases'),
    ),

    // Good to know
    promise(
      'It then runs no job, and can still read and steer the fleet.',
      neighbours(
        'in a command of nest-commander: leads nothing where the environment says so, and lets the command end',
      ),
    ),
    promise(
      'if `REDIS_URL` is missing, the boot fails',
      leaseStore('is required with requireSharedStore: a boot without one fails'),
      redisTarget('%j is an environment variable that is not set, and not localhost'),
    ),
    promise(
      'Without it, methods of an elected class run nowhere; a warning at boot says so.',
      missingModule('is warned of once, whether the class or a method is elected'),
    ),
    promise(
      'switch off undecorated methods only',
      elected('are told by the switches of ScheduleModule alone, and elected ones by this module'),
    ),
    promise(
      '`SchedulerRegistry` lists elected workers by their names',
      registry('finds elected workers, each under its kind'),
    ),
    promise(
      'Jobs that a class adds with `SchedulerRegistry.addCronJob(',
      registry('are warned of where an elected class adds them, with what to use instead'),
    ),
    promise(
      '`health.decorators` tells them to let probes pass',
      health('let the routes past the global guards of the app'),
    ),
    promise(
      'above it, the schedule is lost, as it is with @nestjs/schedule alone',
      declared('refuses %s: the schedule is lost'),
    ),

    // Testing your workers
    promise('it sets no timer then, and `runAllTimers()` ends', idle('has no timers %s')),
    promise(
      'has a clock that is ticked by hand and a lease store that fails on request',
      testClock('begins where it is told to, and stands still'),
      kit('failNext() makes commands fail, which the leader survives'),
    ),
    promise(
      "is an iteration to call a worker's method with, without a module",
      testIteration('has all that an iteration has'),
    ),
    promise(
      'blocks the event loop and `kit.clock.stepWall(ms)` sets the clock',
      testClock('lets time pass without firing anything'),
      testClock('moves the wall clock alone, in both directions'),
    ),
    promise(
      'Give several apps the options of one kit, and they are replicas of each other.',
      kit('plays replicas: several apps, of which one leads and the next takes over'),
    ),
    promise('`kit.expire(key)` lets a lease run out', kit('expire() ends a term at the next renewal')),
    promise(
      '`terminationGracePeriodSeconds`',
      bootChecks('are missed once, 10 s after the boot, where replicas share leases'),
    ),
    promise(
      'Most apps need seven names, all of them in `.`',
      entries('show an app what it needs, and no more than can be read'),
    ),
    ...explain(
      '| `.` | apps |',
      '| `./fleet` | operators, pages, packages |',
      '| `./store` | whoever chooses or writes one |',
      '| `./metrics` | Prometheus |',
      '| `./tracing` | OpenTelemetry, other tracers |',
      '| `./testing` | tests of workers |',
    ),
  ],
};
