import { Agent, get } from 'node:http';
import { setTimeout as pass } from 'node:timers/promises';
import { RedisServer } from '../support/redis-server.js';
import type { HealthEvent, HealthSettings } from './apps/health-settings.js';
import type { Benchmark } from './benchmark.js';
import { mainFile, OTHER_BUILD } from './support/builds.js';
import { MeasuredApp } from './support/measured-app.js';
import { median } from './support/statistics.js';

const WORKERS = 1_000;
/** Requests a second: some more than the answers that are wanted, since the last ones are under way when the window ends. */
const RATE = 110;
const WANTED = 100;
const WINDOW = 10_000;
const TICK = 50;
/** For what follows the boot to be sent. */
const SETTLING = 3_000;

interface Observation {
  readonly label: string;
  readonly answersPerSecond: number;
  readonly answerTime: number;
  readonly bytes: number;
  /** Milliseconds of processor time. */
  readonly perAnswer: number;
  /** Redis commands while nobody asks, and while requests come, over one window each. */
  readonly quiet: number;
  readonly asked: number;
}

export const health: Benchmark = {
  name: 'health',
  title: `\`GET /health/background\` of one replica with ${WORKERS} workers, each with a lease of its own, asked ${RATE} times a second for ${WINDOW / 1_000} s, answered or not; renewals lie outside. With \`BENCH_OTHER_BUILD\` another build of the library is asked, too.`,

  async run() {
    const library = 'nestjs-background-services';
    const summary = await observe(library, 'summary, the default', '');
    const full = await observe(library, '`?detail=full`', '?detail=full');
    const before = OTHER_BUILD ? await observe(mainFile(OTHER_BUILD), 'the other build', '') : undefined;
    const sides = [summary, full, ...(before ? [before] : [])];
    return {
      tables: [
        {
          columns: [
            '',
            'answers/s',
            'answer, p50, ms',
            'body, KB',
            'processor time per answer, ms',
            'Redis commands while nobody asks',
            'and while requests come',
          ],
          rows: sides.map((side) => [
            side.label,
            side.answersPerSecond,
            side.answerTime,
            side.bytes / 1_000,
            side.perAnswer,
            side.quiet,
            side.asked,
          ]),
        },
      ],
      goals: [
        { name: 'health answers a second', figure: summary.answersPerSecond, atLeast: WANTED },
        {
          name: 'Redis commands caused by requests for health',
          figure: Math.max(summary.asked - summary.quiet, full.asked - full.quiet),
          atMost: 0,
        },
        ...(before
          ? [
              {
                name: 'processor time per answer of the other build, against this one',
                figure: before.perAnswer / summary.perAnswer,
                atLeast: 10,
              },
            ]
          : []),
      ],
    };
  },
};

async function observe(library: string, label: string, query: string): Promise<Observation> {
  const redis = await RedisServer.start();
  const settings: HealthSettings = { redis: redis.url, workers: WORKERS, library };
  const app = await MeasuredApp.start<HealthEvent>('health', settings);
  const { port } = await app.next('running');
  const url = `http://127.0.0.1:${port}/health/background${query}`;
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  await ask(url, agent);
  await pass(SETTLING);
  const quiet = await commandsDuring(redis, () => pass(WINDOW));
  const before = await app.ask('SIGUSR2', 'sample');
  const answers: { readonly took: number; readonly bytes: number }[] = [];
  const asked = await commandsDuring(redis, () => askSteadily(url, agent, answers));
  const answered = answers.length;
  agent.destroy();
  const after = await app.ask('SIGUSR2', 'sample');
  await app.kill();
  await redis.stop();
  return {
    label,
    answersPerSecond: answered / (WINDOW / 1_000),
    answerTime: median(answers.map(({ took }) => took)),
    bytes: answers[0]?.bytes ?? 0,
    perAnswer: (after.processor - before.processor) / answered,
    quiet,
    asked,
  };
}

async function commandsDuring(redis: RedisServer, work: () => Promise<unknown>): Promise<number> {
  await redis.resetCommandStats();
  await work();
  const { total, calls } = await redis.commandStats();
  return total - (calls['config|resetstat'] ?? 0);
}

/** An open load: requests go out in time whatever becomes of earlier ones. What is answered after the window does not count. */
async function askSteadily(
  url: string,
  agent: Agent,
  answers: { readonly took: number; readonly bytes: number }[],
): Promise<void> {
  const startedAt = performance.now();
  let sent = 0;
  while (performance.now() - startedAt < WINDOW) {
    const due = Math.min(
      Math.ceil(((performance.now() - startedAt) * RATE) / 1_000),
      (WINDOW * RATE) / 1_000,
    );
    for (; sent < due; sent++) {
      const sentAt = performance.now();
      void ask(url, agent).then(
        (bytes) => {
          if (performance.now() - startedAt <= WINDOW)
            answers.push({ took: performance.now() - sentAt, bytes });
        },
        // Cut off at the end of the window.
        () => undefined,
      );
    }
    await pass(TICK);
  }
}

function ask(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () => resolve(bytes));
      response.on('error', reject);
    }).on('error', reject);
  });
}
