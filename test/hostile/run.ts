import { Redis } from 'ioredis';
import { setTimeout as pass } from 'node:timers/promises';
import { SeededRandom } from '../chaos/seeded-random.js';
import { onCleanUp } from '../support/deferred-cleanup.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { Answers } from './answers.js';
import { healed } from './heal.js';
import { Keyspace } from './keyspace.js';
import { repeatedLines } from './log-lines.js';
import { mutationsOf } from './mutations.js';
import { type Heard, type Replica, startReplica } from './replicas.js';
import { KEYS } from './replica/settings.js';
import { SLOW, slowScripts } from './slow-scripts.js';
import { strike } from './strike.js';
import type { HostileSummary } from './summary.js';
import { Terms } from './terms.js';
import { watch } from './watchers.js';

export interface HostileOptions {
  readonly seed: number;
  readonly mutations: number;
  /** At most so many a second. */
  readonly rate: number;
  /** Of leases, ms. */
  readonly ttl: number;
  readonly replicas: number;
  /** Told how many are done, now and then. */
  readonly onProgress?: (done: number) => void;
  /** Told what the replicas wrote to their logs, at the end. */
  readonly onLines?: (lines: Heard['lines']) => Promise<void>;
}

/** So many mutations, and then a look at what keys there are. */
const BATCH = 20;

/** Mutates what the libraries keep in Redis, under a fleet that works and is looked at; and sees whether it is well afterwards. */
export async function runHostile(options: HostileOptions): Promise<HostileSummary> {
  const { seed, ttl, mutations: count } = options;
  const startedAt = performance.now();
  const server = await RedisServer.start({
    args: ['--slowlog-log-slower-than', String(SLOW), '--slowlog-max-len', '100000'],
  });
  const redis = new Redis(server.url, { disconnectTimeout: 100 });
  onCleanUp(() => redis.disconnect());
  const heard: Heard = { terms: new Terms(), lines: [], unhandled: [] };
  const { terms } = heard;
  const replicas: Replica[] = [];
  for (let i = 1; i <= options.replicas; i += 1)
    replicas.push(await startReplica({ redis: server.url, ttl, instanceId: `replica-${i}` }, heard));
  await until(() => terms.led.length === KEYS.length, { what: 'a leader of every lease', timeout: 60_000 });

  const answers = new Answers();
  const random = new SeededRandom(seed);
  const storm = new AbortController();
  const urls = replicas.map(({ url }) => url);
  const watching = watch(urls, server.url, answers, random, storm.signal);
  await until(() => redis.exists('{background-jobs}:types'), { what: 'the first job', timeout: 60_000 });
  const raging = rage(redis, options, terms).finally(() => storm.abort());
  const [mutated] = await Promise.all([raging, watching]);

  const failures = await healed({ replicas, redis: server.url, answers, terms });
  const ended = replicas.filter(({ process }) => process.hasExited).length;
  const scripts = await slowScripts(redis);
  terms.finish();
  const exits = await Promise.all(replicas.map(({ process }) => process.stop('SIGTERM', 30_000)));
  await options.onLines?.(heard.lines);
  return {
    seed,
    mutations: count,
    mutated,
    took: (performance.now() - startedAt) / 1_000,
    ended,
    unclean: exits.filter(({ code, signal }) => code !== 0 && signal !== 'SIGTERM').length,
    unhandled: heard.unhandled,
    terms: { elected: terms.elected, byRight: terms.byRight, lost: terms.lost, fallen: terms.fallen },
    answers,
    scripts,
    failures,
    lines: heard.lines.length,
    repeated: repeatedLines(heard.lines),
  };
}

/** Strikes at the rate that is asked for. Returns how many keys of each family were met. */
async function rage(
  redis: Redis,
  { seed, mutations: count, rate, onProgress = () => undefined }: HostileOptions,
  terms: Terms,
): Promise<HostileSummary['mutated']> {
  const keyspace = new Keyspace();
  const mutated = new Map<string, number>();
  const startedAt = performance.now();
  for (const [i, mutation] of mutationsOf(seed, count).entries()) {
    if (i % BATCH === 0) {
      onProgress(i);
      await keyspace.look(redis);
      const early = startedAt + (1_000 * i) / rate - performance.now();
      if (early > 0) await pass(early);
    }
    const { family } = mutation;
    if (family === 'token') terms.onToss(Date.now());
    await strike(redis, keyspace, mutation);
    // The term that it ends may have begun a moment ago.
    if (family === 'token') terms.onToss(Date.now());
    mutated.set(family, (mutated.get(family) ?? 0) + 1);
  }
  return [...mutated];
}
