import { RedisServer } from '../support/redis-server.js';
import type { HeartbeatEvent, HeartbeatSettings } from './apps/heartbeat-settings.js';
import type { Benchmark } from './benchmark.js';
import { MeasuredApp } from './support/measured-app.js';
import { median } from './support/statistics.js';

const ROUNDS = 5;
const MODES = ['in-process', 'thread'] as const;
type Mode = (typeof MODES)[number];

export const heartbeatThread: Benchmark = {
  name: 'heartbeat-thread',
  title: `What \`heartbeat: 'thread'\` costs a replica: from before the app is made to its first iteration, and the resident memory then. Medians of ${ROUNDS} fresh processes each, in turn.`,

  async run() {
    const redis = await RedisServer.start();
    const seen: Record<Mode, HeartbeatEvent[]> = { 'in-process': [], thread: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const heartbeat of MODES) seen[heartbeat].push(await measure({ heartbeat, redis: redis.url }));
    }
    await redis.stop();
    const of = (mode: Mode, field: 'megabytes' | 'leadingAfter') =>
      median(seen[mode].map((event) => event[field]));
    return {
      tables: [
        {
          columns: ['heartbeat', 'resident memory added, MB', 'first iteration after, ms'],
          rows: MODES.map((mode) => [mode, of(mode, 'megabytes'), of(mode, 'leadingAfter')]),
        },
      ],
      goals: [],
    };
  },
};

async function measure(settings: HeartbeatSettings): Promise<HeartbeatEvent> {
  const app = await MeasuredApp.start<HeartbeatEvent>('heartbeat', settings, ['--expose-gc']);
  const event = await app.next('leading');
  await app.stop();
  return event;
}
