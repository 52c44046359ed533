import { type Fault, LAST_VERSION, type Plan } from '../plan/plan.js';
import type { Host, World } from './world.js';

/** The key of an operator who keeps everybody out. */
const DISABLED = 'DISABLED';

/** Faults end by then, however long they were to last: there must be something to disturb first. */
const EARLIEST_END = 1_500;

/** When the last of a plan's faults is over. */
export function endOfFaults({ faults }: Plan): number {
  const ends = faults.map((fault) => fault.at + durationOf(fault));
  return Math.max(EARLIEST_END, ...ends);
}

function durationOf(fault: Fault): number {
  switch (fault.kind) {
    case 'network':
    case 'pause':
    case 'suspend':
    case 'cordon':
    case 'stop-worker':
    case 'store-down':
    case 'store-loses':
      return fault.lasts;
    case 'kill':
    case 'stop':
    case 'deploy':
      return fault.bootsAfter;
    case 'operator-disables':
      return fault.ttl;
    case 'step-down':
    case 'set-clock':
    case 'trigger':
    case 'duties-throw':
    case 'operator-deletes':
    case 'set-store-clock':
      return 0;
  }
}

export function befall(world: World, fault: Fault): void {
  const { scheduler, server, leases, history } = world;
  switch (fault.kind) {
    case 'network': {
      const { machine, weather } = hostOf(world, fault.machine);
      history.note(machine.name, () => `network: ${fault.weather} for ${fault.lasts} ms`);
      return weather.set(fault.weather, scheduler.now + fault.lasts);
    }
    case 'pause':
    case 'suspend': {
      const { machine } = hostOf(world, fault.machine);
      const canSuspend = world.plan.assumptions === 'broken' || machine.plan.nature === 'suspends';
      return machine.halt(canSuspend ? fault.kind : 'pause', fault.lasts);
    }
    case 'set-clock': {
      const { machine } = hostOf(world, fault.machine);
      const canGoBack = world.plan.assumptions === 'broken' || machine.plan.nature === 'clock-is-set';
      machine.setClock(canGoBack ? fault.by : Math.abs(fault.by));
      return world.terms.clockWasSet(machine);
    }
    case 'kill': {
      const host = hostOf(world, fault.machine);
      host.replica?.kill();
      return void scheduler.after(fault.bootsAfter, () => world.boot(host));
    }
    case 'stop':
      return stop(world, hostOf(world, fault.machine), fault.bootsAfter);
    case 'deploy': {
      const host = hostOf(world, fault.machine);
      host.version = host.version === 0 ? 1 : 0;
      history.note(host.machine.name, () => `gets version ${host.version}`);
      return stop(world, host, fault.bootsAfter);
    }
    case 'cordon': {
      const { replica, machine } = hostOf(world, fault.machine);
      if (!replica?.isAlive || machine.isHalted) return;
      history.note(replica.name, () => 'is cordoned');
      replica.placement.cordon();
      return void scheduler.after(fault.lasts, () => replica.placement.uncordon());
    }
    case 'step-down':
      return void campaignOf(world, fault)?.elector.stepDown();
    case 'trigger': {
      const host = hostOf(world, fault.machine);
      return void campaignOf(world, fault)?.workers[0]?.attempt(host.machine.wall());
    }
    case 'stop-worker': {
      const worker = campaignOf(world, fault)?.workers.at(-1);
      worker?.stop();
      return void scheduler.after(fault.lasts, () => worker?.start());
    }
    case 'duties-throw': {
      for (const { duties } of hostOf(world, fault.machine).replica?.campaigns ?? [])
        duties.hostile = fault.what;
      return;
    }
    case 'store-down':
      return server.goesDown(fault.how, scheduler.now + fault.lasts);
    case 'operator-deletes':
      return operate(world, keyOf(world, fault.key), undefined);
    case 'operator-disables':
      return operate(world, keyOf(world, fault.key), fault.ttl);
    case 'store-loses': {
      const writes = Math.min(server.size, fault.writes ?? Infinity);
      history.note('store', () => `forgets ${writes} of ${server.size} writes`);
      server.loses(writes);
      leases.forgot();
      return server.goesDown('refuse', scheduler.now + fault.lasts);
    }
    case 'set-store-clock':
      return server.setClock(fault.by);
  }
}

/** All is well from here on: whoever can, must find back to work. */
export function heal(world: World): void {
  world.history.note('all', () => 'faults are over');
  world.server.comesUp();
  for (const key of world.operable) {
    // Leases that a store granted before its clock was set back outlive everybody.
    if (world.plan.faults.some(({ kind }) => kind === 'operator-disables' || kind === 'set-store-clock'))
      operate(world, key, undefined);
  }
  for (const host of world.hosts) {
    if (world.plan.ending === 'kill') host.replica?.kill();
    host.weather.clear();
    host.machine.resume();
    for (const { duties, workers } of host.replica?.campaigns ?? []) {
      duties.hostile = undefined;
      for (const worker of workers) worker.start();
    }
    host.replica?.placement.uncordon();
    host.version = LAST_VERSION;
    if (host.replica?.isStopping) continue;
    // The deployment ends.
    if (host.replica?.isAlive && host.replica.version !== LAST_VERSION) stop(world, host, 0);
    else world.boot(host);
  }
}

function stop(world: World, host: Host, bootsAfter: number): void {
  const { replica } = host;
  if (!replica) return;
  // A process that stands still takes no signal; it takes it when it goes on.
  host.machine.receive(() => {
    if (!replica.isAlive) return;
    void replica.stop().then(() => world.scheduler.after(bootsAfter, () => world.boot(host)));
  });
}

function operate(world: World, key: string, ttl: number | undefined): void {
  world.history.note('admin', () => (ttl === undefined ? `DEL ${key}` : `SET ${key} ${DISABLED} PX ${ttl}`));
  world.server.operate((store) => {
    if (ttl === undefined) store.delete(key);
    else store.set(key, DISABLED, ttl);
  });
  const wall = world.server.wall();
  world.leases.operated(
    key,
    ttl === undefined ? undefined : { holder: DISABLED, token: 0, expiresAt: wall + ttl },
  );
}

function hostOf(world: World, number: number): Host {
  return world.hosts[number % world.hosts.length]!;
}

function keyOf(world: World, number: number): string {
  return world.operable[number % world.operable.length]!;
}

/** Nothing, where there is no process, or one that stands still. */
function campaignOf(world: World, { machine, key }: { readonly machine: number; readonly key: number }) {
  const host = hostOf(world, machine);
  if (!host.replica?.isAlive || host.machine.isHalted) return undefined;
  return host.replica.campaigns[key % host.replica.campaigns.length];
}
