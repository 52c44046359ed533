import { setTimeout as pass } from 'node:timers/promises';
import { until } from '../support/until.js';
import type { Fleet, Place } from './fleet.js';
import { machineTime } from './machine-clock.js';

/** What a fault spoils. Faults that strike together spoil different things, so that each is over when it says so. */
export type Spoils = 'process' | 'network' | 'Redis';

/** What a fault gets to work with. */
export interface Scene {
  readonly fleet: Fleet;
  /** The replicas it hits; one at least. */
  readonly places: readonly [Place, ...Place[]];
  /** How long it lasts, ms. */
  readonly lasts: number;
  readonly ttl: number;
  /** What a fault may vary in, 0 to 1. */
  readonly strength: number;
}

export interface FaultKind {
  readonly spoils: Spoils;
  /** How long it lasts: one of these, TTLs. */
  readonly lasts: readonly number[];
  /** For readers: what is done. The documentation says the same. */
  readonly what: string;
  /** Whether Redis forgets the lease, so that two replicas may lead until the older one looks. */
  readonly wipes?: true;
  /** Does it. Resolves when it is over; a replica that is gone then boots again in `afterwards`. */
  inject(scene: Scene): Promise<void>;
  afterwards?(scene: Scene): Promise<void>;
}

const SCRIPT = /evalsha/i;
const ANSWER = /^\*/;

const lull = ({ lasts }: Scene) => pass(lasts);
const proxies = ({ places }: Scene) => places.map(({ proxy }) => proxy);

async function badNetwork(
  scene: Scene,
  spoil: (proxy: Place['proxy']) => unknown,
  during = lull(scene),
): Promise<void> {
  for (const proxy of proxies(scene)) void spoil(proxy);
  await during;
  for (const proxy of proxies(scene)) proxy.heal();
}

/** Waits for a trap in the network to close on somebody, for as long as the fault may last. */
async function trapped(scene: Scene, lay: (proxy: Place['proxy']) => Promise<void>): Promise<void> {
  await badNetwork(
    scene,
    () => {},
    Promise.race([lull(scene), Promise.all(proxies(scene).map(lay))]).then(() => {}),
  );
}

export const FAULTS = {
  'kill -9': {
    spoils: 'process',
    lasts: [0],
    what: 'gone from one moment to the next; boots again 0 to 1 TTL later',
    inject: async ({ places: [place] }) => place.kill(),
    afterwards: bootAgain,
  },
  SIGTERM: {
    spoils: 'process',
    lasts: [0],
    what: 'asked to end, drains and releases; boots again 0 to 1 TTL later',
    inject: async ({ places: [place] }) => place.stop(),
    afterwards: bootAgain,
  },
  SIGSTOP: {
    spoils: 'process',
    lasts: [0.5, 1, 3],
    what: 'stands still, and goes on where it was',
    inject: async (scene) => {
      const [place] = scene.places;
      place.signal('SIGSTOP');
      await lull(scene);
      place.signal('SIGCONT');
    },
  },
  'blocked loop': {
    spoils: 'process',
    lasts: [0.5, 1.5, 3],
    what: 'the event loop computes, and does nothing else',
    inject: async ({ fleet, places: [place], lasts }) => {
      const { process } = place;
      const asked = machineTime();
      await place.block(lasts);
      await until(() => fleet.log.since('blocked', asked).some((event) => event.process === process), {
        what: `${process} to come back`,
        timeout: lasts + 30_000,
      });
    },
  },
  'connections cut': {
    spoils: 'network',
    lasts: [0],
    what: 'all connections are reset; new ones pass',
    inject: async (scene) => badNetwork(scene, (proxy) => proxy.cut()),
  },
  'connections dead': {
    spoils: 'network',
    lasts: [0],
    what: 'nothing arrives on the connections there are, and nobody is told; new ones pass',
    inject: async (scene) => badNetwork(scene, (proxy) => proxy.strand()),
  },
  'request cut in half': {
    spoils: 'network',
    lasts: [1],
    what: 'the connection breaks in the middle of a script call',
    inject: (scene) => trapped(scene, (proxy) => proxy.cutNextRequest(SCRIPT)),
  },
  'reply lost': {
    spoils: 'network',
    lasts: [1],
    what: 'the script has run, and its answer is lost with the connection',
    inject: (scene) => trapped(scene, (proxy) => proxy.loseNextReply(ANSWER)),
  },
  'requests held': {
    spoils: 'network',
    lasts: [0.5, 1, 2],
    what: 'a one-way partition: requests arrive when it ends, long after they were given up',
    inject: (scene) => badNetwork(scene, (proxy) => proxy.blackhole('requests')),
  },
  'replies held': {
    spoils: 'network',
    lasts: [0.5, 1, 2],
    what: 'a one-way partition: what is sent is done, and nobody hears of it',
    inject: (scene) => badNetwork(scene, (proxy) => proxy.blackhole('replies')),
  },
  partition: {
    spoils: 'network',
    lasts: [0.5, 1, 2],
    what: 'nothing arrives in either direction',
    inject: (scene) =>
      badNetwork(scene, (proxy) => {
        proxy.blackhole('requests');
        proxy.blackhole('replies');
      }),
  },
  latency: {
    spoils: 'network',
    lasts: [1, 2],
    what: 'each round trip takes 200 to 900 ms longer; a command may take TTL/10',
    inject: (scene) =>
      badNetwork(scene, (proxy) => {
        const oneWay = (200 + 700 * scene.strength) / 2;
        proxy.delay('requests', oneWay);
        proxy.delay('replies', oneWay);
      }),
  },
  'Redis frozen': {
    spoils: 'Redis',
    lasts: [0.5, 1, 3],
    what: 'SIGSTOP: connections stay open, nothing is answered',
    inject: async (scene) => {
      scene.fleet.server.freeze();
      await lull(scene);
      scene.fleet.server.thaw();
    },
  },
  'Redis restarted': {
    spoils: 'Redis',
    lasts: [0, 0.5],
    what: 'killed, and back with no data',
    wipes: true,
    inject: async (scene) => {
      await scene.fleet.server.crash();
      await lull(scene);
      await scene.fleet.server.restart();
    },
  },
  'SCRIPT FLUSH': {
    spoils: 'Redis',
    lasts: [0],
    what: 'the scripts are forgotten',
    inject: async ({ fleet }) => void (await fleet.redis.script('FLUSH')),
  },
  FLUSHALL: {
    spoils: 'Redis',
    lasts: [0],
    what: 'the lease, its token and its ledger are forgotten',
    wipes: true,
    inject: async ({ fleet }) => void (await fleet.redis.flushall()),
  },
  'read-only': {
    spoils: 'Redis',
    lasts: [0.5, 1, 2],
    what: 'REPLICAOF nowhere, then NO ONE: reads are answered, writes refused',
    inject: async (scene) => {
      await scene.fleet.redis.replicaof('127.0.0.1', 1);
      await lull(scene);
      await scene.fleet.redis.replicaof('NO', 'ONE');
    },
  },
  'memory full': {
    spoils: 'Redis',
    lasts: [0.5, 1, 2],
    what: 'maxmemory is reached, with noeviction: writes that need memory are refused',
    inject: async (scene) => {
      await scene.fleet.redis.config('SET', 'maxmemory', '1');
      await lull(scene);
      await scene.fleet.redis.config('SET', 'maxmemory', '0');
    },
  },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultName = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

export function faultKind(name: FaultName): FaultKind {
  return FAULTS[name];
}

async function bootAgain({ places: [place], ttl, strength }: Scene): Promise<void> {
  await pass(strength * ttl);
  await place.boot();
}
