import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type FleetBoard,
  boardOf,
  type LeaseStore,
  MemoryLeaseStore,
  RedisLeaseStore,
} from 'nestjs-background-services/store';
import { cleanUpAll, onCleanUp } from '../support/deferred-cleanup.js';
import { lead, LONG_TTL, renew } from '../support/leases.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

/** Two replicas' views of one store. */
type Stores = readonly [LeaseStore, LeaseStore];

async function onRedis(keyPrefix: string): Promise<Stores> {
  const { port } = await RedisServer.start();
  const open = () => {
    const store = new RedisLeaseStore({ redis: { port, keyPrefix }, commandTimeout: 3_000 });
    onCleanUp(() => store.close());
    return store;
  };
  return [open(), open()];
}

const adapters: readonly (readonly [string, () => Promise<Stores>])[] = [
  [
    'MemoryBoard',
    async () => {
      const store = new MemoryLeaseStore();
      return [store, store];
    },
  ],
  ['RedisBoard', () => onRedis('')],
  ['RedisBoard with a key prefix', () => onRedis('app:')],
];

const KEY = 'board:leader';

describe.each(adapters)('%s', (_name, open) => {
  let store: LeaseStore;
  let other: LeaseStore;
  let mine: FleetBoard;
  let theirs: FleetBoard;

  beforeEach(async () => {
    [store, other] = await open();
    mine = boardOf(store)!;
    theirs = boardOf(other)!;
  });
  afterEach(cleanUpAll);
  afterAll(cleanUpAll);

  it("has one clock for all, the store's", async () => {
    const before = await mine.time();
    const between = await theirs.time();
    const after = await mine.time();
    expect([before, between, after]).toEqual([before, between, after].sort((a, b) => a - b));
    expect(Math.abs(before - Date.now())).toBeLessThan(60_000);
    const { token } = await lead(store, KEY, 'a');
    expect(token).toBeGreaterThanOrEqual(before);
  });

  it('keeps pages for all, as long as they are kept', async () => {
    const [ours, others] = [mine.pages!, theirs.pages!];
    expect(await ours.keep('one', LONG_TTL)).toBe(false);
    await ours.put('one', 'text\n', LONG_TTL);
    await ours.put('brief', 'gone', 1);
    expect(await others.keep('one', LONG_TTL)).toBe(true);
    await until(async () => !(await others.keep('brief', 1)), { what: 'a page to expire' });
    const ids = ['none', 'one', 'brief', ...Array.from({ length: 20 }, (_, i) => `${i}`)];
    expect(await others.read(ids)).toEqual(ids.map((id) => (id === 'one' ? 'text\n' : undefined)));
  });

  describe('postings', () => {
    it('are seen by all until they are taken down', async () => {
      expect(await theirs.presences()).toEqual(new Map());
      await mine.putPresence({ id: 'a', text: 'one', ttl: LONG_TTL });
      await mine.putPresence({ id: '__proto__', text: 'two\n', ttl: LONG_TTL });
      await mine.putPresence({ id: 'a', text: 'three', ttl: LONG_TTL });
      expect(await theirs.presences()).toEqual(
        new Map([
          ['a', { text: 'three', isUp: true }],
          ['__proto__', { text: 'two\n', isUp: true }],
        ]),
      );
      await theirs.removePresence('a');
      await theirs.removePresence('nobody');
      expect([...(await mine.presences()).keys()]).toEqual(['__proto__']);
    });

    it('are last words when they are not put up again, until they are', async () => {
      await mine.putPresence({ id: 'short', text: 'x', ttl: 60 });
      await mine.putPresence({ id: 'long', text: 'y', ttl: LONG_TTL });
      const isUp = async (id: string) => (await theirs.presences()).get(id)?.isUp;
      await until(async () => (await isUp('short')) === false, { what: 'it to go' });
      expect(await isUp('long')).toBe(true);
      await mine.putPresence({ id: 'short', text: 'z', ttl: LONG_TTL });
      expect((await theirs.presences()).get('short')).toEqual({ text: 'z', isUp: true });
    });

    it('answer with a revision that rises with each announcement', async () => {
      const post = () => mine.putPresence({ id: 'a', text: '', ttl: LONG_TTL });
      const before = await post();
      expect(await post()).toBe(before);
      await theirs.announce();
      await theirs.announce('note');
      expect(await post()).toBe(before + 2);
    });
  });

  describe('orders', () => {
    it('go to one taker only', async () => {
      await mine.sendCommand('1', 'step down');
      await mine.sendCommand('2', 'trigger');
      expect(await theirs.commands()).toEqual(
        new Map([
          ['1', 'step down'],
          ['2', 'trigger'],
        ]),
      );
      const taken = await Promise.all([mine, theirs, mine].map((board) => board.claimCommand('1')));
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect([...(await mine.commands()).keys()]).toEqual(['2']);
    });

    it('go to nobody when they are put up again', async () => {
      await mine.sendCommand('1', 'step down');
      expect(await mine.claimCommand('1')).toBe(true);
      await theirs.sendCommand('1', 'step down');
      expect(await theirs.claimCommand('1')).toBe(false);
      expect(await mine.commands()).toEqual(new Map());
    });

    it('are answered', async () => {
      expect(await mine.answerTo('1')).toBeUndefined();
      await theirs.answerCommand('1', 'done');
      expect(await mine.answerTo('1')).toBe('done');
    });
  });

  describe('notes', () => {
    it('are kept newest first, two hundred of them', async () => {
      expect(await mine.notes(10)).toEqual([]);
      for (let i = 1; i <= 205; i += 1) await mine.announce(`note ${i}`);
      expect(await theirs.notes(2)).toEqual(['note 205', 'note 204']);
      expect(await theirs.notes(1_000)).toHaveLength(200);
      for (const limit of [0, -1]) expect(await theirs.notes(limit)).toEqual([]);
    });
  });

  describe('watch', () => {
    it('hears of announcements and answers, until it is stopped', async () => {
      let heard = 0;
      const stop = mine.watch(() => (heard += 1));
      // The subscription may still be on its way.
      await until(async () => (await theirs.announce(), heard > 0), { what: 'an announcement' });
      heard = 0;
      await theirs.answerCommand('1', 'done');
      await until(() => heard > 0, { what: 'an answer' });
      stop();
      heard = 0;
      let others = 0;
      mine.watch(() => (others += 1));
      await theirs.announce();
      await until(() => others > 0, { what: 'the other listener' });
      expect(heard).toBe(0);
    });
  });

  describe('leases', () => {
    it('are looked at with their ledgers, in order, and not touched', async () => {
      const lease = await lead(store, KEY, 'a');
      await renew(store, lease, { ledger: { field: 'value' } });
      const [free, held] = await theirs.look([
        { key: 'free', fields: ['field'] },
        { key: KEY, fields: ['field', 'absent'] },
      ]);
      expect(free).toEqual({ key: 'free', holder: null, ttl: null, token: null, ledger: {} });
      expect(held).toMatchObject({ key: KEY, holder: 'a', token: lease.token, ledger: { field: 'value' } });
      expect(await theirs.look([])).toEqual([]);
    });

    it('have entries that an operator changes, whoever leads', async () => {
      const lease = await lead(store, KEY, 'a');
      await renew(store, lease, { ledger: { field: 'value', stays: 'x' } });
      const fields = ['field', 'stays', 'hold', 'absent'];
      await theirs.setEntries(KEY, { field: null, hold: 'because', absent: null });
      expect((await mine.look([{ key: KEY, fields }]))[0]?.ledger).toEqual({ stays: 'x', hold: 'because' });
      expect(await renew(store, lease)).toMatchObject({ outcome: 'renewed' });
      await theirs.setEntries('nobody:leads', { hold: 'early' });
      expect((await mine.look([{ key: 'nobody:leads', fields }]))[0]?.ledger).toEqual({ hold: 'early' });
    });

    it('are kept from everybody for a time', async () => {
      const lease = await lead(store, KEY, 'a');
      await theirs.disable(KEY, 100);
      expect(await renew(store, lease)).toEqual({ outcome: 'lost', holder: 'DISABLED' });
      await until(() => mine.look([{ key: KEY, fields: [] }]), {
        what: 'its end',
        satisfies: ([view]) => view?.holder === null,
      });
      await lead(store, KEY, 'b');
    });

    it('are freed of one holder, and standbys are told', async () => {
      const released: string[] = [];
      store.watch(({ key, holder }) => released.push(`${key} ${holder}`));
      await lead(store, KEY, 'a');
      expect(await theirs.free(KEY, 'b')).toBe(false);
      expect(await theirs.free('free', 'a')).toBe(false);
      await until(
        async () => {
          const freed = await theirs.free(KEY, 'a');
          if (!freed) await lead(store, KEY, 'a');
          return released.length > 0;
        },
        { what: 'the release to be heard of' },
      );
      expect(released[0]).toBe(`${KEY} a`);
    });
  });
});
