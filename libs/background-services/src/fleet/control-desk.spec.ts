import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLeaseStore } from '../lease/index.js';
import type { BackgroundServiceManager } from '../manager/index.js';
import { RecordingLogger } from '../spec-support/recording-logger.js';
import { TestClock } from '../testing/index.js';
import { holdField } from '../workers/index.js';
import { ControlDesk } from './control-desk.js';
import type { ControlRecord, LeaderOrder } from './control-orders.js';

const KEY = 'orders:leader';

/** A manager that leads what it is told to and writes down what it is asked for. */
class RecordingManager {
  readonly instanceId = 'a';
  readonly asked: string[] = [];
  readonly learnt: unknown[] = [];
  leads: string[] = [KEY];
  stepsDown: () => Promise<boolean> = () => Promise.resolve(true);

  terms = () => this.leads.map((key) => ({ key, token: 1, since: 0 }));
  list = () => [{ name: 'orders', key: KEY }];
  keysHeldBy = (): string[] => [];
  onReleased = (key: string) => void this.asked.push(`released ${key}`);
  learn = (key: string, entries: unknown) => void this.learnt.push([key, entries]);
  renewNow = () => void this.asked.push('renew');
  resetCircuitBreaker = (name: string) => void this.asked.push(`reset ${name}`);
  forceOpenCircuitBreaker = (name: string) => void this.asked.push(`force open ${name}`);
  beginTrigger = (name: string) => {
    if (name === 'broken') throw new Error('it is broken');
    this.asked.push(`trigger ${name}`);
  };
  stepDown = (key: string) => {
    this.asked.push(`step down ${key}`);
    return this.stepsDown();
  };
}

describe('ControlDesk', () => {
  let clock: TestClock;
  let store: MemoryLeaseStore;
  let manager: RecordingManager;
  let logger: RecordingLogger;
  let records: ControlRecord[];
  let desk: ControlDesk;

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryLeaseStore(clock);
    store.set(KEY, 'a', 60_000);
    manager = new RecordingManager();
    logger = new RecordingLogger();
    records = [];
    desk = new ControlDesk({
      board: store.board,
      manager: manager as unknown as BackgroundServiceManager,
      clock,
      logger: logger,
      onRecord: (record) => records.push(record),
    });
  });
  afterEach(() => desk.close());

  async function order(id: string, changes: Partial<LeaderOrder> = {}): Promise<void> {
    const at = clock.wall();
    const text = { action: 'trigger', key: KEY, target: 'orders', by: 'ada', why: 'x', at, ...changes };
    await store.board.order(id, JSON.stringify(text));
    await store.board.announce();
    await clock.advance(0);
  }

  const orders = async () => [...(await store.board.orders()).keys()];

  it('does once what is put up twice under one id', async () => {
    await order('1');
    await order('1');
    expect(manager.asked).toEqual(['trigger orders']);
    expect(await orders()).toEqual([]);
  });

  it('has a key tried for that it finds enabled again', async () => {
    manager.leads = [];
    manager.keysHeldBy = () => [KEY];
    await store.board.disable(KEY, 60_000);
    await store.board.announce();
    await clock.advance(0);
    expect(manager.asked).toEqual([]);
    store.delete(KEY);
    await store.board.announce();
    await clock.advance(0);
    expect(manager.asked).toEqual([`released ${KEY}`]);
  });

  it('ends the term that is meant, and no later one', async () => {
    await order('1', { action: 'step-down', target: KEY, token: 7 });
    expect(manager.asked).toEqual([]);
    expect(records).toMatchObject([{ outcome: 'done', detail: 'the term that was meant is over' }]);
    await order('2', { action: 'step-down', target: KEY, token: 1 });
    expect(manager.asked).toEqual([`step down ${KEY}`]);
  });

  it('carries out what is ordered for a key that it leads, answers and notes it', async () => {
    await order('1');
    expect(manager.asked).toEqual(['trigger orders']);
    expect(await orders()).toEqual([]);
    const record = { id: '1', action: 'trigger', outcome: 'done', by: 'ada', replica: 'a' };
    expect(records).toMatchObject([record]);
    expect(JSON.parse((await store.board.answerTo('1'))!)).toMatchObject(record);
    expect((await store.board.notes(1)).map((note) => JSON.parse(note) as unknown)).toMatchObject([record]);
  });

  it('leaves to others what is theirs', async () => {
    await order('1', { key: 'others:leader' });
    manager.leads = [];
    await order('2');
    expect(manager.asked).toEqual([]);
    expect(await orders()).toEqual(['1', '2']);
  });

  it('keeps the order of time', async () => {
    manager.leads = [];
    const at = clock.wall();
    await order('1', { action: 'reset-breaker', at: at + 1 });
    await order('2', { action: 'force-open-breaker', at });
    manager.leads = [KEY];
    desk.onRevision(99);
    await clock.advance(0);
    expect(manager.asked.filter((each) => each !== 'renew')).toEqual(['force open orders', 'reset orders']);
  });

  it('says why it cannot', async () => {
    await order('1', { target: 'broken' });
    expect(records).toMatchObject([{ outcome: 'refused', detail: 'it is broken' }]);
  });

  it('refuses what is too old, and throws away what is no order', async () => {
    await store.board.order('nonsense', '{');
    await order('1', { at: clock.wall() - 121_000, key: 'others:leader' });
    expect(manager.asked).toEqual([]);
    expect(records).toMatchObject([
      { id: '1', outcome: 'refused', detail: expect.stringContaining('too old') },
    ]);
    expect(await orders()).toEqual([]);
  });

  it('goes on while work drains', async () => {
    let drained: (clean: boolean) => void = () => undefined;
    manager.stepsDown = () => new Promise((resolve) => (drained = resolve));
    await order('1', { action: 'step-down', target: KEY });
    await order('2');
    expect(manager.asked).toEqual([`step down ${KEY}`, 'trigger orders']);
    expect(records.map(({ id }) => id)).toEqual(['2']);
    drained(false);
    await clock.advance(0);
    expect(records[1]).toMatchObject({
      id: '1',
      outcome: 'done',
      detail: expect.stringContaining('expires'),
    });
  });

  it('learns who is paused, and asks for a renewal when a lease is not its own any more', async () => {
    await store.board.amend(KEY, { [holdField('orders')]: 'because' });
    await store.board.announce();
    await clock.advance(0);
    expect(manager.learnt.at(-1)).toEqual([KEY, { [holdField('orders')]: 'because' }]);
    await store.board.amend(KEY, { [holdField('orders')]: null });
    await store.board.disable(KEY, 1_000);
    await store.board.announce();
    await clock.advance(0);
    expect(manager.learnt.at(-1)).toEqual([KEY, { [holdField('orders')]: null }]);
    expect(manager.asked).toEqual(['renew']);
  });

  it('looks when the revision is another one, and again when it could not look', async () => {
    const read = store.board.orders.bind(store.board);
    let looks = 0;
    store.board.orders = () => {
      looks += 1;
      return looks === 2 ? Promise.reject(new Error('gone')) : read();
    };
    for (const revision of [1, 1, 2, 2, 2]) {
      desk.onRevision(revision);
      await clock.advance(0);
    }
    expect(looks).toBe(3);
    expect(logger.at('debug')).toEqual(['Orders could not be read: gone']);
  });

  it('does nothing after its end', async () => {
    await desk.close();
    desk.onRevision(5);
    await order('1');
    expect(manager.asked).toEqual([]);
  });
});
