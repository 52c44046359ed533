import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Ledger, MemoryLeaseStore } from '../lease/index.js';
import type { Replica } from '../manager/index.js';
import { RecordingLogger } from '../spec-support/recording-logger.js';
import { TestClock } from '../testing/index.js';
import { pauseField } from '../workers/index.js';
import { CommandHandler } from './command-handler.js';
import type { ControlRecord, LeaderCommand } from './control-command.js';

const KEY = 'orders:leader';

/** A replica that leads what it is told to and writes down what it is asked for. */
class RecordingReplica {
  readonly instanceId = 'a';
  readonly asked: string[] = [];
  readonly flags: unknown[] = [];
  leads: string[] = [KEY];
  stepsDown: () => Promise<boolean> = () => Promise.resolve(true);

  termOf = (key: string) => (this.leads.includes(key) ? 1 : undefined);
  pauseFields = () => [pauseField('orders')];
  keys = () => this.leads;
  keyOf = (worker: string) => (worker === 'orders' ? KEY : undefined);
  holderOf = (_key: string): string | undefined => undefined;
  onReleased = (key: string) => void this.asked.push(`released ${key}`);
  takePauseFlags = (key: string, fields: readonly string[], ledger: Ledger) =>
    void this.flags.push([key, Object.fromEntries(fields.map((field) => [field, ledger[field] ?? null]))]);
  renewNow = (keys: readonly string[]) => void this.asked.push(`renew ${keys.join(', ')}`);
  resetCircuitBreaker = (name: string) => void this.asked.push(`reset ${name}`);
  forceOpenCircuitBreaker = (name: string) => void this.asked.push(`force open ${name}`);
  trigger = (name: string) => {
    if (name === 'broken') throw new Error('it is broken');
    this.asked.push(`trigger ${name}`);
  };
  stepDown = (key: string) => {
    this.asked.push(`step down ${key}`);
    return this.stepsDown();
  };
}

describe('CommandHandler', () => {
  let clock: TestClock;
  let store: MemoryLeaseStore;
  let replica: RecordingReplica;
  let logger: RecordingLogger;
  let records: ControlRecord[];
  let handler: CommandHandler;

  /** Timers that the handler has waited for. */
  let turns: number;

  beforeEach(() => {
    clock = new TestClock();
    turns = 0;
    const setTimer = clock.setTimeout.bind(clock);
    clock.setTimeout = (callback, delay) => {
      turns += 1;
      return setTimer(callback, delay);
    };
    store = new MemoryLeaseStore(clock);
    store.set(KEY, 'a', 60_000);
    replica = new RecordingReplica();
    logger = new RecordingLogger();
    records = [];
    handler = new CommandHandler({
      board: store.board,
      replica: replica as unknown as Replica,
      clock,
      logger: logger,
      onRecord: (record) => records.push(record),
    });
  });
  afterEach(() => handler.close());

  async function send(id: string, changes: Partial<LeaderCommand> = {}): Promise<void> {
    const at = clock.wall();
    const text = { action: 'trigger', key: KEY, target: 'orders', by: 'ada', why: 'x', at, ...changes };
    await store.board.sendCommand(id, JSON.stringify(text));
    await store.board.announce();
    await clock.advance(0);
  }

  const commands = async () => [...(await store.board.commands()).keys()];

  it('does once what is put up twice under one id', async () => {
    await send('1');
    await send('1');
    expect(replica.asked).toEqual(['trigger orders']);
    expect(await commands()).toEqual([]);
  });

  it('has a key tried for that it finds enabled again', async () => {
    replica.termOf = () => undefined;
    replica.holderOf = () => 'DISABLED';
    await store.board.disable(KEY, 60_000);
    await store.board.announce();
    await clock.advance(0);
    expect(replica.asked).toEqual([]);
    store.delete(KEY);
    await store.board.announce();
    await clock.advance(0);
    expect(replica.asked).toEqual([`released ${KEY}`]);
  });

  it('ends the term that is meant, and no later one', async () => {
    await send('1', { action: 'step-down', target: KEY, token: 7 });
    expect(replica.asked).toEqual([]);
    expect(records).toMatchObject([{ outcome: 'done', detail: 'the term that was meant is over' }]);
    await send('2', { action: 'step-down', target: KEY, token: 1 });
    expect(replica.asked).toEqual([`step down ${KEY}`]);
  });

  it('carries out what is ordered for a key that it leads, answers and notes it', async () => {
    await send('1');
    expect(replica.asked).toEqual(['trigger orders']);
    expect(await commands()).toEqual([]);
    const record = { id: '1', action: 'trigger', outcome: 'done', by: 'ada', replica: 'a' };
    expect(records).toMatchObject([record]);
    expect(JSON.parse((await store.board.answerTo('1'))!)).toMatchObject(record);
    expect((await store.board.notes(1)).map((note) => JSON.parse(note) as unknown)).toMatchObject([record]);
  });

  it('leaves to others what is theirs', async () => {
    await send('1', { key: 'others:leader' });
    replica.leads = [];
    await send('2');
    expect(replica.asked).toEqual([]);
    expect(await commands()).toEqual(['1', '2']);
  });

  it('keeps the order of time', async () => {
    replica.leads = [];
    const at = clock.wall();
    await send('1', { action: 'reset-breaker', at: at + 1 });
    await send('2', { action: 'force-open-breaker', at });
    replica.leads = [KEY];
    handler.onRevision(99);
    await clock.advance(0);
    expect(replica.asked.filter((each) => !each.startsWith('renew'))).toEqual([
      'force open orders',
      'reset orders',
    ]);
  });

  it('says why it cannot', async () => {
    await send('1', { target: 'broken' });
    expect(records).toMatchObject([{ outcome: 'refused', detail: 'it is broken' }]);
  });

  it('refuses what is too old, and throws away what is no order', async () => {
    await store.board.sendCommand('nonsense', '{');
    await send('1', { at: clock.wall() - 121_000 });
    expect(replica.asked).toEqual([]);
    expect(records).toMatchObject([
      { id: '1', outcome: 'refused', detail: expect.stringContaining('too old') },
    ]);
    expect(await commands()).toEqual([]);
  });

  it('leaves the judgement of an order to the leader of its key, and throws it away after an hour', async () => {
    await send('1', { at: clock.wall() - 121_000, key: 'others:leader' });
    expect([records, await commands()]).toEqual([[], ['1']]);
    await send('2', { at: clock.wall() - 3_600_001, key: 'others:leader' });
    expect([records, await commands()]).toEqual([[], ['1']]);
  });

  it.each([3, -3])("goes by the store's clock where its own is %i h off", async (hours) => {
    const time = clock.wall();
    store.board.time = () => Promise.resolve(time);
    clock.stepWall(hours * 3_600_000);
    await send('1', { at: time });
    expect(records).toMatchObject([{ id: '1', outcome: 'done', at: new Date(time) }]);
    await send('2', { at: clock.wall() });
    expect(records[1]).toMatchObject({ id: '2', outcome: 'refused' });
  });

  it('reads the leases of many keys in parts, each worker once, and lets others run in between', async () => {
    const keys = Array.from({ length: 2_000 }, (_, i) => `key-${i}`);
    replica.leads = keys;
    for (const key of keys) store.set(key, 'a', 60_000);
    let asked = 0;
    replica.pauseFields = () => {
      asked += 1;
      return [pauseField('orders')];
    };
    const sizes: number[] = [];
    const look = store.board.look.bind(store.board);
    store.board.look = (requests) => {
      sizes.push(requests.length);
      return look(requests);
    };
    handler.onRevision(99);
    await clock.advance(0);
    expect(replica.flags).toHaveLength(2_000);
    expect(asked).toBe(2_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(250);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2_000);
    expect(turns).toBeGreaterThan(4);
  });

  it('carries an order out before it has looked at all keys', async () => {
    const keys = Array.from({ length: 2_000 }, (_, i) => `key-${i}`);
    replica.leads = [...keys, KEY];
    let looked = 0;
    const look = store.board.look.bind(store.board);
    store.board.look = (requests) => {
      looked += requests.length;
      return look(requests);
    };
    const looksBefore: number[] = [];
    replica.trigger = () => void looksBefore.push(looked);
    await store.board.setEntries(KEY, { [pauseField('orders')]: 'because' });
    await send('1');
    await clock.advance(0);
    expect(looksBefore).toEqual([0]);
    expect(looked).toBe(2_001);
    // What a note names is looked at alone.
    const at = new Date(clock.wall()).toISOString();
    const note = { id: '2', at, action: 'pause', target: 'orders', by: 'ada', why: 'x', outcome: 'done' };
    await store.board.announce(JSON.stringify({ ...note, detail: '', replica: 'b' }));
    await clock.advance(0);
    expect(looked).toBe(2_002);
    expect(replica.flags.at(-1)).toEqual([KEY, { [pauseField('orders')]: 'because' }]);
  });

  it('leaves paused what was, where the ledger cannot be read', async () => {
    store.board.look = (requests) =>
      Promise.resolve(requests.map(({ key }) => ({ key, holder: 'a', ttl: 1, token: 1, ledger: undefined })));
    handler.onRevision(99);
    await clock.advance(0);
    expect([replica.flags, replica.asked]).toEqual([[], []]);
  });

  it('goes on while work drains', async () => {
    let drained: (clean: boolean) => void = () => undefined;
    replica.stepsDown = () => new Promise((resolve) => (drained = resolve));
    await send('1', { action: 'step-down', target: KEY });
    await send('2');
    expect(replica.asked).toEqual([`step down ${KEY}`, 'trigger orders']);
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
    await store.board.setEntries(KEY, { [pauseField('orders')]: 'because' });
    await store.board.announce();
    await clock.advance(0);
    expect(replica.flags.at(-1)).toEqual([KEY, { [pauseField('orders')]: 'because' }]);
    await store.board.setEntries(KEY, { [pauseField('orders')]: null });
    await store.board.disable(KEY, 1_000);
    await store.board.announce();
    await clock.advance(0);
    expect(replica.flags.at(-1)).toEqual([KEY, { [pauseField('orders')]: null }]);
    expect(replica.asked).toEqual([`renew ${KEY}`]);
  });

  it('looks when the revision is another one, and again when it could not look', async () => {
    const read = store.board.commands.bind(store.board);
    let looks = 0;
    store.board.commands = () => {
      looks += 1;
      return looks === 2 ? Promise.reject(new Error('gone')) : read();
    };
    for (const revision of [1, 1, 2, 2, 2]) {
      handler.onRevision(revision);
      await clock.advance(0);
    }
    expect(looks).toBe(3);
    expect(logger.at('debug')).toEqual(['Commands could not be read: gone']);
  });

  it('does nothing after its end', async () => {
    await handler.close();
    handler.onRevision(5);
    await send('1');
    expect(replica.asked).toEqual([]);
  });
});
