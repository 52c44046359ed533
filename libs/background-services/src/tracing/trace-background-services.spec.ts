import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Interval } from '@nestjs/schedule';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { LeaderElected } from '../decorators/index.js';
import { background, boot, closeApps, closeOn, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';
import { type Iteration } from '../workers/index.js';
import { traceBackgroundServices } from './trace-background-services.js';

describe('traceBackgroundServices', () => {
  let kit: BackgroundTestingKit;
  let exporter: InMemorySpanExporter;
  let tracers: BasicTracerProvider;
  let work: (iteration: Iteration) => unknown;

  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });
  afterAll(() => context.disable());
  beforeEach(() => {
    kit = new BackgroundTestingKit();
    exporter = new InMemorySpanExporter();
    tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    work = () => undefined;
  });
  afterEach(closeApps);

  async function bootPrices() {
    @LeaderElected('prices:leader')
    class Prices {
      @Interval('prices', 1_000)
      async update(iteration: Iteration) {
        await work(iteration);
      }
    }
    const instrumentation = traceBackgroundServices(tracers.getTracer('test'));
    const app = await boot({ imports: [background(kit, { instrumentation })], providers: [Prices] });
    kit.attach(app);
    await kit.elected('prices:leader');
    return app;
  }

  const spans = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);

  it('makes a span of each iteration, active while the work runs', async () => {
    work = async () => {
      await Promise.resolve();
      tracers.getTracer('app').startSpan('SELECT').end();
    };
    const app = await bootPrices();
    await kit.clock.advance(2_000);
    const iterations = spans('background.iteration prices');
    expect(iterations).toHaveLength(2);
    expect(iterations[0]?.attributes).toEqual({
      'background.worker': 'prices',
      'background.key': 'prices:leader',
      'background.token': managerOf(app).get('prices').fencingToken,
      'background.iteration': 1,
      'background.scheduled_at': expect.any(String),
    });
    expect(iterations.map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined, undefined]);
    const parents = spans('SELECT').map(({ parentSpanContext }) => parentSpanContext?.spanId);
    expect(parents).toEqual(iterations.map((span) => span.spanContext().spanId));
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  it('marks an iteration that fails with its error and the causes of it, and leaves the error as it is', async () => {
    const error = new RangeError('No prices', { cause: new Error('connect ECONNREFUSED') });
    work = () => Promise.reject(error);
    await bootPrices();
    expect(await kit.runIteration('prices')).toMatchObject({ outcome: 'failed', error });
    const [span] = spans('background.iteration prices');
    const message = 'No prices (cause: connect ECONNREFUSED)';
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message });
    expect(span?.events[0]?.attributes).toMatchObject({
      'exception.type': 'RangeError',
      'exception.message': message,
      'exception.stacktrace': error.stack,
    });
  });

  it('does not take an abort for a failure, and makes a span of the hand-over with the release in it', async () => {
    work = ({ signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    const app = await bootPrices();
    await kit.clock.advance(1_000);
    await closeOn(kit, app);
    const [iteration] = spans('background.iteration prices');
    expect(iteration?.status.code).toBe(SpanStatusCode.UNSET);
    expect(iteration?.attributes).toMatchObject({ 'background.aborted': true });
    const [handOver] = spans('background.hand-over prices:leader');
    expect(handOver?.attributes).toMatchObject({ 'background.reason': 'stop', 'background.drained': true });
    const [release] = spans('background.lease release');
    expect(release?.parentSpanContext?.spanId).toBe(handOver?.spanContext().spanId);
  });

  it('makes a span of each lease operation, and marks those that failed', async () => {
    await bootPrices();
    await kit.clock.advance(10_000);
    kit.failNext(1, new Error('No route'));
    await kit.clock.advance(10_000);
    const renewals = spans('background.lease renew');
    expect(spans('background.lease acquire')).toHaveLength(1);
    expect(renewals[0]?.attributes).toMatchObject({ 'background.keys': ['prices:leader'] });
    expect(renewals[0]?.status.code).toBe(SpanStatusCode.UNSET);
    expect(renewals.filter(({ status }) => status.code === SpanStatusCode.ERROR)).toHaveLength(1);
  });

  it.each(['throws', 'rejects', 'does nothing'])(
    'is not worth the work: an instrumentation that %s',
    async (how) => {
      let runs = 0;
      const hostile = () => {
        if (how === 'throws') throw new Error('Bad instrumentation');
        return how === 'rejects'
          ? Promise.reject(new Error('Bad instrumentation'))
          : new Promise<never>(() => undefined);
      };
      const instrumentation = { iteration: hostile, handOver: hostile, leaseOperation: hostile };
      const app = await boot({ imports: [background(kit, { instrumentation })] });
      const run = () => void runs++;
      managerOf(app).register({ name: 'prices', key: 'prices:leader', schedule: { every: 1_000 }, run });
      kit.attach(app);
      expect(await kit.runIteration('prices')).toMatchObject({ outcome: 'succeeded' });
      expect(runs).toBe(1);
      await closeOn(kit, app);
      expect((await kit.store.inspect(['prices:leader']))[0]?.holder).toBeNull();
    },
  );
});
