import { beforeEach, describe, expect, it } from '@jest/globals';
import { StoreError } from '../errors/index.js';
import { MemoryLeaseStore, type StoreWarning } from '../lease/index.js';
import { TestClock } from '../testing/index.js';
import { recordField } from '../workers/index.js';
import { run, type World } from './run.js';

const KEY = 'orders:leader';
const ESC = '\u001b';
const CARD = {
  ...{
    host: 'node-1',
    pid: 7,
    version: '1.2.3',
    node: 'v22.0.0',
    uptime: 65_000,
    eventLoopLag: 1,
    enabled: true,
  },
  terms: [],
  workers: [{ name: 'orders', key: KEY, schedule: 'every 1000 ms', period: 1_000, mode: 'started' }],
};

describe('run', () => {
  let clock: TestClock;
  let store: MemoryLeaseStore;
  let stop: AbortController;
  let out: string;
  let err: string;
  let reach: () => Promise<void>;
  let storeWarnings: readonly StoreWarning[];

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryLeaseStore(clock);
    stop = new AbortController();
    out = '';
    err = '';
    reach = () => Promise.resolve();
    storeWarnings = [];
  });

  const world = (commandLine: readonly string[], changes: Partial<World> = {}): World => ({
    args: commandLine,
    environment: { REDIS_URL: 'redis://user:secret@redis:6379' },
    stdout: { write: (text) => (out += text), isTTY: false, columns: undefined, rows: undefined },
    stderr: { write: (text) => (err += text), isTTY: false, columns: undefined, rows: undefined },
    clock,
    connect: () => ({
      board: store.board,
      address: 'redis:6379',
      warnings: storeWarnings,
      ready: () => reach(),
      close: () => Promise.resolve(),
    }),
    signal: stop.signal,
    user: 'ada',
    host: 'laptop',
    version: '9.8.7',
    ...changes,
  });

  const cli = (...commandLine: string[]) => run(world(commandLine));
  const fleet = async (changes: object = {}) => {
    await store.board.putPresence({
      id: 'node-1-7',
      text: JSON.stringify({ ...CARD, ...changes }),
      ttl: 600_000,
    });
    store.set(KEY, 'node-1-7', 600_000);
  };
  const because = ['--why', 'a test'];

  it('shows the fleet', async () => {
    await fleet();
    expect(await cli('status')).toBe(0);
    expect(err).toBe('');
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^REPLICA +HOST +PID +VERSION/);
    expect(lines[1]).toMatch(/^node-1-7 +node-1 +7 +1\.2\.3 +v22\.0\.0 +1m5s +1ms +1: orders:leader$/);
    expect(out).toMatch(/^orders:leader +led +node-1-7 /m);
    expect(out).toMatch(/^orders +orders:leader +running +every 1000 ms +0 +0 +0\.0%/m);
  });

  it('gives scripts the view as it is', async () => {
    await fleet();
    expect(await cli('status', '--json')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ...{ current: true, askedOf: 'cli@laptop', asOf: '2026-01-01T00:00:00.000Z', warnings: [] },
      keys: [{ key: KEY, state: 'led', leader: 'node-1-7' }],
      workers: [{ name: 'orders', state: 'running' }],
    });
    expect(out.split('\n')).toHaveLength(2);
  });

  describe('status --check', () => {
    it('shows what is not as it should be with the Redis itself, and ends with 1', async () => {
      await fleet();
      storeWarnings = [{ kind: 'eviction', reason: 'It evicts keys', cure: 'Set noeviction', since: 0 }];
      expect(await cli('status', '--check')).toBe(1);
      expect(out).toContain('! It evicts keys. Set noeviction\n');
      out = '';
      expect(await cli('status', '--check', '--json')).toBe(1);
      expect(JSON.parse(out)).toMatchObject({ store: { warnings: storeWarnings } });
    });

    it('shows what is wrong with the stores of replicas, and ends with 1', async () => {
      const trouble = { kind: 'store-fault', message: 'cannot lead: No EVAL. Allow it', age: 65_000 };
      await fleet({ troubles: [trouble, { ...trouble, kind: 'store-warning', message: 'It evicts keys' }] });
      expect(await cli('status', '--check')).toBe(1);
      expect(out).toContain('! store-fault node-1-7: cannot lead: No EVAL. Allow it (for 1m5s)\n');
      expect(out).toContain('! store-warning node-1-7: It evicts keys (for 1m5s)\n');
    });

    it('ends with 0 if all is well, also while something is paused or disabled', async () => {
      await fleet();
      expect(await cli('status', '--check')).toBe(0);
      expect(await cli('pause', 'orders', ...because)).toBe(0);
      expect(await cli('status', '--check')).toBe(0);
      expect(await cli('disable', KEY, '--for', '1h', ...because)).toBe(0);
      expect(await cli('status', '--check')).toBe(0);
      expect(out).toContain('! paused orders: paused by ada@laptop: a test');
    });

    it('ends with 1 if nobody leads, a lease is stale, or no replica is there', async () => {
      expect(await cli('status', '--check')).toBe(1);
      await fleet();
      store.delete(KEY);
      expect(await cli('status', '--check')).toBe(1);
      expect(await cli('status')).toBe(0);
      store.set(KEY, 'ghost');
      expect(await cli('status', '--check')).toBe(1);
      expect(out).toContain('! stale-lease orders:leader: held by ghost, which is not there');
    });
  });

  describe('without a replica', () => {
    it('tells of a key that is named', async () => {
      store.set(KEY, 'ghost', 30_000);
      expect(await cli('leaders')).toBe(0);
      expect(out).toMatch(/^No key is known/);
      out = '';
      expect(await cli('leaders', '--key', KEY)).toBe(0);
      expect(out).toMatch(/^orders:leader +stale +ghost +- +in 30s/m);
      out = '';
      expect(await cli('stale', '--key', KEY, '--json')).toBe(0);
      expect(JSON.parse(out)).toMatchObject([{ key: KEY, state: 'stale' }]);
    });

    it('acts on a key that is named, and on no other', async () => {
      store.set(KEY, 'ghost', 30_000);
      expect(await cli('expire-lease', KEY, ...because)).toBe(4);
      expect(err).toContain('name the key with --key');
      expect(await cli('expire-lease', KEY, '--key', KEY, ...because)).toBe(0);
      expect(out).toBe('done: expire-lease orders:leader (from ghost)\n');
    });
  });

  describe('acts', () => {
    it('are done, and noted with who and why', async () => {
      await fleet();
      expect(await cli('pause', 'orders', ...because)).toBe(0);
      expect(out).toBe('done: pause orders\n');
      expect(await cli('resume', 'orders', '--why', 'over', '--by', 'grace', '--json')).toBe(0);
      expect(JSON.parse(out.split('\n')[1]!)).toMatchObject({
        action: 'resume',
        by: 'grace',
        outcome: 'done',
      });
      out = '';
      expect(await cli('audit')).toBe(0);
      expect(out).toMatch(
        /^WHEN +WHAT +TO +OUTCOME +BY +WHY +DETAIL\n0ms ago +resume +orders +done +grace +over/,
      );
      out = '';
      expect(await cli('audit', '--limit', '1', '--json')).toBe(0);
      expect(JSON.parse(out)).toHaveLength(1);
    });

    it('end with 4 when they are refused', async () => {
      await fleet();
      expect(await cli('pause', 'nobody', ...because)).toBe(4);
      expect(err).toBe('nestjs-background-services: refused: No worker is named "nobody". Known: orders.\n');
      expect(await cli('expire-lease', KEY, ...because)).toBe(4);
      expect(out).toBe('refused: expire-lease orders:leader (node-1-7 is there)\n');
    });

    it('end with 4 when the leader does not answer', async () => {
      await fleet();
      let code: number | undefined;
      void cli('trigger', 'orders', ...because).then((ended) => (code = ended));
      await clock.advanceUntil(() => code !== undefined, { step: 100, limit: 5_000 });
      expect(code).toBe(4);
      expect(out).toBe('pending: trigger orders (the leader has not answered yet)\n');
    });
  });

  describe('errors', () => {
    it('of usage end with 2', async () => {
      expect(await cli('pause', 'orders')).toBe(2);
      expect(err).toMatch(/^nestjs-background-services: pause needs a reason/);
      await fleet();
      expect(await cli('pause', 'orders', '--why', 'x'.repeat(501))).toBe(2);
      expect(out).toBe('');
    });

    it('of Redis end with 3, and never tell a password', async () => {
      reach = () => Promise.reject(new StoreError('No connection to Redis: connect ECONNREFUSED'));
      for (const line of [['status'], ['audit'], ['pause', 'orders', ...because]])
        expect(await cli(...line)).toBe(3);
      expect(err).toContain('No connection to Redis');
      reach = () => Promise.resolve();
      store.board.presences = () => Promise.reject(new Error('it went away'));
      expect(await cli('status', '--json')).toBe(3);
      expect(JSON.parse(out)).toMatchObject({ current: false, problem: 'it went away' });
      expect(err).toContain('Redis at redis:6379 does not answer: it went away');
      expect(out + err).not.toContain('secret');
    });
  });

  it('tells its version and helps', async () => {
    expect([await cli('--version'), await cli('--help'), await cli('watch', '--help')]).toEqual([0, 0, 0]);
    expect(out).toMatch(/^9\.8\.7\n.*\n\nUsage: nestjs-background-services <command>/);
  });

  describe('hostile texts', () => {
    const name = `w${ESC}]0;owned\u0007\n\u202e`;
    const shown = 'w\\u001b]0;owned\\u0007\\n\\u202e';

    beforeEach(async () => {
      await fleet({
        host: `${ESC}[2J`,
        workers: [{ name, key: KEY, schedule: 'x\r\ny', period: null, mode: 'started' }],
      });
      const counts = { iterations: 1, succeeded: 0, errors: 1, aborted: 0, skipped: 0, missed: 0 };
      const recentErrors = [{ at: clock.wall(), type: 'E\u0000', message: `${ESC}[31m\nfake line` }];
      await store.board.setEntries(KEY, { [recordField(name)]: JSON.stringify({ ...counts, recentErrors }) });
    });

    const isInert = (text: string) => !/[\p{Cc}\p{Cf}]/u.test(text.replaceAll('\n', ''));

    it('are shown as text in tables, errors and records', async () => {
      expect(await cli('status')).toBe(0);
      expect(out).toContain(shown);
      expect(out).toContain('\\u001b[31m\\nfake line');
      expect(out).not.toMatch(/^fake line/m);
      expect(await cli('pause', name, '--why', `${ESC}[0m\nbecause`)).toBe(0);
      expect(out).toContain(`done: pause ${shown}`);
      expect(await cli('audit')).toBe(0);
      expect(await cli('pause', 'other', ...because)).toBe(4);
      expect(await cli(`${ESC}[2J`)).toBe(2);
      expect(isInert(out) && isInert(err)).toBe(true);
    });

    it('are escaped in JSON, and read as they were', async () => {
      expect(await cli('status', '--json')).toBe(0);
      expect(isInert(out)).toBe(true);
      expect(JSON.parse(out)).toMatchObject({ workers: [{ name }] });
    });
  });

  describe('watch', () => {
    async function watching(changes: Partial<World> = {}, ...options: string[]) {
      let code: number | undefined;
      void run(world(['watch', ...options], changes)).then((ended) => (code = ended));
      await clock.advance(0);
      return {
        code: () => code,
        end: async () => {
          stop.abort();
          await clock.advanceUntil(() => code !== undefined, { limit: 2_000 });
        },
      };
    }

    it('draws each second until it is told to end', async () => {
      await fleet();
      const { code, end } = await watching();
      await clock.advance(2_900);
      expect(out.match(/^REPLICA/gm)).toHaveLength(3);
      expect(code()).toBeUndefined();
      await end();
      expect(code()).toBe(0);
    });

    it('draws over what was there, on a screen, and no more than fits', async () => {
      await fleet();
      const screen = { write: (text: string) => (out += text), isTTY: true, columns: 60, rows: 6 };
      const { end } = await watching({ stdout: screen, environment: { REDIS_URL: '/r', NO_COLOR: '1' } });
      expect(out.startsWith(`${ESC}[H`)).toBe(true);
      expect(out.endsWith(`${ESC}[J`)).toBe(true);
      const lines = out
        .slice(3)
        .split('\n')
        .map((line) => line.replace(`${ESC}[K`, ''));
      expect(lines.length).toBeLessThanOrEqual(6);
      expect(lines.at(-2)).toMatch(/^… \d+ more lines$/);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60);
      await end();
    });

    it('says since when Redis does not answer, above what was known', async () => {
      await fleet();
      const { end } = await watching();
      store.board.presences = () => Promise.reject(new Error('gone'));
      await clock.advance(1_500);
      out = '';
      await clock.advance(1_000);
      expect(out).toMatch(/^Redis does not answer since 2026-01-01T00:00:00\.000Z \(2s\): gone\n\nREPLICA/);
      await end();
    });

    it('says so from the start, too', async () => {
      reach = () => Promise.reject(new StoreError('down'));
      store.board.presences = () => Promise.reject(new Error('gone'));
      const { end } = await watching();
      expect(out).toMatch(/^Redis does not answer since .*: gone\n/);
      await end();
    });

    it('is a line of JSON each time, for scripts', async () => {
      await fleet();
      const { end } = await watching({}, '--json', '--interval', '500ms');
      await clock.advance(1_400);
      const views = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { current: boolean });
      expect(views.map(({ current }) => current)).toEqual([true, true, true]);
      await end();
    });
  });
});
