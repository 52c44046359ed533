import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLeaseStore } from '../lease/index.js';
import { TestClock } from '../testing/index.js';
import { toCatalogue } from './catalogue.js';
import { decodeControlRecord, decodeLeaderCommand } from './control-command.js';
import { FleetControl } from './fleet-control.js';
import { FleetStatus } from './fleet-status.js';
import { Pace } from './pace.js';

const KEY = 'shop:leader';
const NOW = Date.parse('2026-01-01T00:00:00.000Z');
/** As version 0.1 puts it on the board. */
const PRESENCE_OF_0_1 = `{"id":"shop","host":"h","pid":1,"version":null,"node":"v20","uptime":5,"eventLoopLag":1,"enabled":true,"extensions":{},"troubles":[],"terms":[{"key":"${KEY}","token":7,"since":0}],"workers":[{"name":"prices","key":"${KEY}","schedule":"every 1000 ms","mode":"started","period":1000}]}`;

/** A deployment has replicas of two versions for a while: they see and steer each other. */
describe('What is kept in the store', () => {
  let store: MemoryLeaseStore;
  let clock: TestClock;
  let control: FleetControl;
  let status: FleetStatus;

  beforeEach(async () => {
    clock = new TestClock(NOW);
    store = new MemoryLeaseStore(clock);
    const { board } = store;
    status = new FleetStatus({ board, clock, instanceId: 'asked', keys: () => [] });
    control = new FleetControl({ board, clock, instanceId: 'asked', status });
    store.set(KEY, 'shop', 60_000);
    await board.putPresence({ id: 'shop', text: PRESENCE_OF_0_1, ttl: 60_000 });
  });

  const ledger = async (field: string) =>
    (await store.board.look([{ key: KEY, fields: [field] }]))[0]?.ledger?.[field];

  it('shows a replica and the flags of version 0.1', async () => {
    await store.board.setEntries(KEY, { 'hold:prices': `{"by":"ada","why":"x","at":${NOW}}` });
    const { replicas, workers } = await status.viewAnew();
    expect(replicas).toMatchObject([{ id: 'shop', node: 'v20', leads: [KEY] }]);
    const paused = { by: 'ada', why: 'x', at: new Date(NOW) };
    expect(workers).toMatchObject([{ name: 'prices', period: 1_000, state: 'paused', paused }]);
  });

  it('reads a card that version 0.1 reads as well, without the workers that are too many for it', async () => {
    const workers = Array.from({ length: 3 }, (_, i) => ({
      ...{
        name: `worker-${i}`,
        key: KEY,
        schedule: 'every 1000 ms',
        period: 1_000,
        mode: 'started' as const,
      },
    }));
    const making = toCatalogue(workers, new Pace(clock));
    await clock.advance(0);
    const { id, pages } = await making;
    expect([...pages.values()][0]).toBe(
      `[["worker-0","${KEY}","every 1000 ms",1000],["worker-1","${KEY}","every 1000 ms",1000],["worker-2","${KEY}","every 1000 ms",1000]]`,
    );
    for (const [page, text] of pages) await store.board.pages!.put(page, text, 60_000);
    const card = { ...(JSON.parse(PRESENCE_OF_0_1) as object), workers: undefined };
    const text = JSON.stringify({
      ...card,
      terms: [],
      catalogue: id,
      exceptions: { paused: '0', stopped: '1-2' },
    });
    await store.board.putPresence({ id: 'shop', text, ttl: 60_000 });
    const view = await status.viewAnew();
    expect(view.replicas).toMatchObject([{ id: 'shop', leads: [KEY] }]);
    expect(view.workers.map(({ name, state }) => [name, state])).toEqual([
      ['worker-0', 'paused'],
      ['worker-1', 'stopped'],
      ['worker-2', 'stopped'],
    ]);
  });

  it('leaves flags as version 0.1 reads them', async () => {
    const reason = { by: 'ada', why: 'x' };
    await control.pause('prices', reason);
    expect(await ledger('hold:prices')).toBe(`{"by":"ada","why":"x","at":${NOW}}`);
    await control.resume('prices', reason);
    expect(await ledger('hold:prices')).toBeFalsy();
    await control.disable(KEY, { ...reason, duration: 1_000 });
    expect(await ledger('disabled')).toBe(`{"by":"ada","why":"x","at":${NOW}}`);
  });

  it('leaves commands as version 0.1 reads them, and takes its answers', async () => {
    const asked = control.trigger('prices', { by: 'ada', why: 'x', id: '1' });
    await clock.advance(0);
    const command = (await store.board.commands()).get('1');
    expect(command).toBe(
      `{"id":"1","action":"trigger","key":"${KEY}","target":"prices","by":"ada","why":"x","at":${NOW}}`,
    );
    expect(decodeLeaderCommand('1', command!)).toMatchObject({ action: 'trigger', target: 'prices' });
    await store.board.answerCommand(
      '1',
      '{"id":"1","action":"trigger","target":"prices","by":"ada","why":"x","outcome":"done","detail":"","at":"2026-01-01T00:00:00.000Z","replica":"shop"}',
    );
    await clock.advance(0);
    expect(await asked).toMatchObject({ outcome: 'done', replica: 'shop' });
  });

  it('names the term that is to be left', async () => {
    store.set(KEY, 'shop', 60_000);
    const asked = control.stepDown(KEY, { by: 'ada', why: 'x', id: '2' });
    await clock.advance(0);
    const token = (await store.board.look([{ key: KEY, fields: [] }]))[0]?.token;
    expect(JSON.parse((await store.board.commands()).get('2')!)).toMatchObject(
      token === null ? { action: 'step-down' } : { action: 'step-down', token },
    );
    control.onModuleDestroy();
    expect(await asked).toMatchObject({ outcome: 'pending' });
  });

  it('notes acts as version 0.1 reads them', async () => {
    await control.pause('prices', { by: 'ada', why: 'x' });
    const [note] = await store.board.notes(1);
    expect(JSON.parse(note!)).toEqual({
      ...{ id: expect.any(String), at: '2026-01-01T00:00:00.000Z', action: 'pause', target: 'prices' },
      ...{ by: 'ada', why: 'x', outcome: 'done', detail: '', replica: 'asked' },
    });
    expect(decodeControlRecord(note!)).toBeDefined();
  });
});
