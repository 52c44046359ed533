import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Clock, MemoryLeaseStore } from '../lease/index.js';
import { TestClock } from '../testing/index.js';
import type { ControlRecord } from './control-command.js';
import { FleetControl } from './fleet-control.js';
import { FleetStatus } from './fleet-status.js';
import type { ReplicaPresence } from './replica-presence.js';

const REASON = { by: 'ada', why: 'a test' };

describe('FleetControl', () => {
  let clock: TestClock;
  let store: MemoryLeaseStore;
  let control: FleetControl;

  beforeEach(async () => {
    clock = new TestClock();
    store = new MemoryLeaseStore(clock);
    const { board } = store;
    const status = new FleetStatus({ board, clock, instanceId: 'asked', keys: () => [] });
    control = new FleetControl({ board, clock, instanceId: 'asked', status });
    await post('shop', ['prices', 'report']);
    await post('bank', ['prices']);
  });

  /** A replica of an app with these workers, all under a key that it leads. */
  async function post(app: string, workers: readonly string[]): Promise<void> {
    const key = `${app}:leader`;
    store.set(key, app, 60_000);
    const presence: ReplicaPresence = {
      ...{ id: app, host: 'h', pid: 1, version: null, node: '', uptime: 0, eventLoopLag: 0, enabled: true },
      extensions: {},
      troubles: [],
      terms: [{ key, token: 1, since: 0 }],
      workers: workers.map((name) => ({ name, key, schedule: '', period: undefined, mode: 'started' })),
    };
    await store.board.putPresence({ id: app, text: JSON.stringify(presence), ttl: 60_000 });
  }

  /** Lets the leader answer whatever is on the board, once. */
  async function answerOrders(): Promise<readonly string[]> {
    await clock.advance(0);
    const orders = [...(await store.board.commands())];
    for (const [id, text] of orders) {
      await store.board.claimCommand(id);
      const { action, target, by, why } = JSON.parse(text) as ControlRecord;
      const record = {
        id,
        at: new Date(clock.wall()),
        action,
        target,
        by,
        why,
        outcome: 'done',
        detail: '',
        replica: 'shop',
      };
      await store.board.answerCommand(id, JSON.stringify(record));
      await store.board.announce(JSON.stringify(record));
    }
    await clock.advance(0);
    return orders.map(([id]) => id);
  }

  it('reads the lease that is acted upon, and no other', async () => {
    const looked: string[] = [];
    const look = store.board.look.bind(store.board);
    store.board.look = (requests) => {
      looked.push(...requests.map(({ key }) => key));
      return look(requests);
    };
    await control.pause('report', REASON);
    await control.disable('bank:leader', { ...REASON, duration: 1_000 });
    expect(looked).toEqual(['shop:leader', 'bank:leader']);
    await expect(control.pause('reprot', REASON)).rejects.toThrow(/report/);
  });

  describe('an act of an extension', () => {
    const perform = (work: () => Promise<string>) => control.perform('jobs:cancel', '7', REASON, work);

    it('is noted, as refused where it failed', async () => {
      expect(await perform(async () => 'gone')).toMatchObject({ outcome: 'done', detail: 'gone' });
      await expect(perform(() => Promise.reject(new Error('no such job')))).rejects.toThrow('no such job');
      expect(await control.audit()).toMatchObject([{ outcome: 'refused', detail: 'no such job' }, {}]);
    });

    it('fails with its own error where that cannot be noted, and is never called refused once it was done', async () => {
      const notes: string[] = [];
      store.board.announce = (note = '') => {
        notes.push(note);
        return Promise.reject(new Error('the store is gone'));
      };
      await expect(perform(() => Promise.reject(new Error('no such job')))).rejects.toThrow('no such job');
      notes.length = 0;
      await expect(perform(async () => 'gone')).rejects.toThrow('the store is gone');
      expect(notes.map((note) => (JSON.parse(note) as ControlRecord).outcome)).toEqual(['done']);
    });

    it('is not begun without a reason', async () => {
      let isBegun = false;
      const work = async () => String((isBegun = true));
      await expect(control.perform('jobs:cancel', '7', { by: '', why: '' }, work)).rejects.toMatchObject({
        code: 'BGS_INVALID_ORDER',
      });
      expect(isBegun).toBe(false);
    });
  });

  it('wants to know which worker is meant, where several have the name', async () => {
    await expect(control.pause('prices', REASON)).rejects.toMatchObject({
      code: 'BGS_AMBIGUOUS_WORKER',
      keys: ['bank:leader', 'shop:leader'],
    });
    await control.pause('prices', { ...REASON, key: 'bank:leader' });
    const fields = ['hold:prices'];
    const looks = await store.board.look([
      { key: 'shop:leader', fields },
      { key: 'bank:leader', fields },
    ]);
    expect(looks.map(({ ledger }) => Object.keys(ledger ?? {}))).toEqual([[], ['hold:prices']]);
    await expect(control.pause('report', { ...REASON, key: 'bank:leader' })).rejects.toMatchObject({
      code: 'BGS_WORKER_NOT_FOUND',
    });
  });

  it('triggers once what is asked for twice under one id, and answers the same', async () => {
    const first = control.trigger('report', { ...REASON, id: 'click-1' });
    expect(await answerOrders()).toEqual(['click-1']);
    const record = await first;
    expect(record).toMatchObject({ id: 'click-1', outcome: 'done' });
    const again = control.trigger('report', { ...REASON, id: 'click-1' });
    expect(await answerOrders()).toEqual([]);
    expect(await again).toEqual(record);
  });

  it('remembers an id for longer than the answer to it', async () => {
    const first = control.stepDown('shop:leader', { ...REASON, id: 'roll-7' });
    await answerOrders();
    await first;
    await clock.advance(50_000);
    await post('shop', ['report']);
    await clock.advance(20_000);
    const again = control.stepDown('shop:leader', { ...REASON, id: 'roll-7' });
    expect(await answerOrders()).toEqual([]);
    expect(await again).toMatchObject({ id: 'roll-7', outcome: 'done' });
  });

  it.each(['', 'a b', 'x'.repeat(101), 5])('refuses the id %p', async (id) => {
    await expect(control.trigger('report', { ...REASON, id: id as string })).rejects.toMatchObject({
      code: 'BGS_INVALID_ORDER',
    });
  });

  it('refuses an id that was used for something else', async () => {
    const first = control.trigger('report', { ...REASON, id: 'click-1' });
    await answerOrders();
    await first;
    await expect(control.stepDown('shop:leader', { ...REASON, id: 'click-1' })).rejects.toMatchObject({
      code: 'BGS_INVALID_ORDER',
    });
  });

  it('waits for a leader no longer than until the app closes', async () => {
    const asked = { ...REASON, key: 'shop:leader' };
    const waiting = control.trigger('report', asked);
    await clock.advance(0);
    control.onModuleDestroy();
    expect(await waiting).toMatchObject({ outcome: 'pending' });
    expect(await control.trigger('report', asked)).toMatchObject({ outcome: 'pending' });
  });

  it('waits for no answer to an order that the board did not take', async () => {
    let timers = 0;
    let watchers = 0;
    const counting: Clock = {
      monotonic: () => clock.monotonic(),
      wall: () => clock.wall(),
      setTimeout: (callback, delay) => {
        const pending = { isOver: false };
        const end = () => {
          if (!pending.isOver) timers -= 1;
          pending.isOver = true;
        };
        timers += 1;
        const timer = clock.setTimeout(() => {
          end();
          callback();
        }, delay);
        return {
          cancel: () => {
            end();
            timer.cancel();
          },
        };
      },
    };
    const { board } = store;
    const watch = board.watch.bind(board);
    board.watch = (listener) => {
      watchers += 1;
      const unwatch = watch(listener);
      return () => {
        watchers -= 1;
        unwatch();
      };
    };
    board.sendCommand = () => Promise.reject(new Error('the store is gone'));
    const status = new FleetStatus({ board, clock: counting, instanceId: 'asked', keys: () => [] });
    control = new FleetControl({ board, clock: counting, instanceId: 'asked', status });
    await expect(control.trigger('report', { ...REASON, key: 'shop:leader' })).rejects.toThrow(
      'the store is gone',
    );
    expect({ timers, watchers }).toEqual({ timers: 0, watchers: 0 });
  });
});
