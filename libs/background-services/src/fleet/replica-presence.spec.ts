import { describe, expect, it } from '@jest/globals';
import { decodePresence } from './replica-presence.js';

const WORKER = { name: 'orders', key: 'orders:leader', schedule: 'x', period: 1_000, mode: 'started' };

const decode = (value: unknown) => {
  const told: string[] = [];
  const presence = decodePresence('a', typeof value === 'string' ? value : JSON.stringify(value), (what) =>
    told.push(what),
  );
  return { presence, told };
};

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('decodePresence', () => {
  it('leaves out extensions that are nested too deep, and says so; the rest of the presence stays', () => {
    const { presence, told } = decode(
      `{"host":"h","workers":[${JSON.stringify(WORKER)}],"extensions":{"jobs":${nested(100_000)}}}`,
    );
    expect(presence).toMatchObject({ host: 'h', extensions: {}, workers: [WORKER] });
    expect(told).toEqual(['what its extensions say is too deep or too large to be shown']);
  });

  it.each([
    ['many values', { jobs: Array.from({ length: 2_001 }, () => 0) }],
    ['a long text', { jobs: 'x'.repeat(4_001) }],
    ['a long name', { ['x'.repeat(4_001)]: 1 }],
  ])('leaves out extensions with %s', (_what, extensions) => {
    expect(decode({ extensions })).toMatchObject({
      presence: { extensions: {} },
      told: [expect.any(String)],
    });
  });

  it('keeps what extensions say within bounds, whatever they call it', () => {
    const text = '{"extensions":{"jobs":{"__proto__":{"a":[1,null,"x"]}}}}';
    const { presence, told } = decode(text);
    expect(JSON.stringify(presence?.extensions)).toBe('{"jobs":{"__proto__":{"a":[1,null,"x"]}}}');
    expect(told).toEqual([]);
  });

  it('reads so many workers, with names and numbers of a bounded size', () => {
    const workers = [
      ...[{ ...WORKER, name: 'x'.repeat(513) }, { ...WORKER, key: 'x'.repeat(513) }, null, 5, nested(50)],
      ...Array.from({ length: 20_010 }, () => ({ ...WORKER, period: 1e300 })),
    ];
    const { presence } = decode({ workers, uptime: 1e300, host: 'h'.repeat(10_000) });
    expect(presence?.workers.length).toBeLessThanOrEqual(20_000);
    expect(presence?.workers[0]).toMatchObject({ name: 'orders', period: undefined });
    expect(presence).toMatchObject({ uptime: 0 });
    expect(presence?.host.length).toBe(512);
  });

  it('reads workers as version 0.1 posts them: a fleet has two versions while it is deployed', () => {
    const text =
      '{"workers":[{"name":"orders","key":"orders:leader","schedule":"every 1000 ms","mode":"started","period":1000},' +
      '{"name":"feed","key":"feed:leader","schedule":"continuous","mode":"paused","period":null}]}';
    expect(decode(text).presence?.workers).toEqual([
      { name: 'orders', key: 'orders:leader', schedule: 'every 1000 ms', mode: 'started', period: 1_000 },
      { name: 'feed', key: 'feed:leader', schedule: 'continuous', mode: 'paused', period: undefined },
    ]);
  });

  it('carries workers as they are: version 0.1 reads a period that is missing as none', () => {
    const feed = { ...WORKER, name: 'feed', period: undefined };
    const text = JSON.stringify({ workers: [WORKER, feed] });
    expect(text).toBe(
      '{"workers":[{"name":"orders","key":"orders:leader","schedule":"x","period":1000,"mode":"started"},' +
        '{"name":"feed","key":"orders:leader","schedule":"x","mode":"started"}]}',
    );
    expect(decode(text).presence?.workers).toEqual([WORKER, feed]);
  });

  it('reads what is wrong with its store within bounds, and nothing of an unknown kind', () => {
    const trouble = { kind: 'store-fault', message: 'No EVAL', age: 5 };
    const nonsense = [null, 5, { ...trouble, kind: 'leaderless' }, { ...trouble, message: 1 }];
    const { presence } = decode({
      troubles: [...nonsense, { ...trouble, message: 'x'.repeat(10_000), age: -1 }, trouble],
    });
    expect(presence?.troubles).toEqual([
      { ...trouble, message: expect.stringMatching(/^x{1000,1200}/), age: 0 },
      trouble,
    ]);
    expect(decode({ troubles: Array.from({ length: 500 }, () => trouble) }).presence?.troubles).toHaveLength(
      25,
    );
    // An older version says nothing of it.
    expect(decode({}).presence?.troubles).toEqual([]);
  });

  it.each(['', '{', 'null', '[]', '5', nested(100_000)])('reads %.20s as none', (text) => {
    expect(decode(text).presence).toBeUndefined();
  });
});
