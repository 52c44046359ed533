import { describe, expect, it } from '@jest/globals';
import type { WorkerOutline } from '../workers/index.js';
import { type CardFacts, encodeCard, LONGEST_CARD } from './replica-card.js';
import { decodePresence } from './replica-presence.js';

const FACTS: CardFacts = {
  ...{ id: 'a', host: 'h', pid: 1, version: null, node: 'v20', uptime: 0, eventLoopLag: 0, enabled: true },
  ...{ extensions: {}, troubles: [], terms: [] },
};

const workersOf = (size: number): readonly WorkerOutline[] =>
  Array.from({ length: size }, (_, i) => ({
    ...{ name: `worker-${i}`, key: `key-${i}`, schedule: 'every 1000 ms', period: 1_000, mode: 'started' },
  }));

const catalogueOf = (size: number) => ({ id: 'x'.repeat(22), workers: workersOf(size) });

describe('encodeCard', () => {
  it('lists workers and terms where they fit, as ever', () => {
    const workers = workersOf(5);
    const facts = { ...FACTS, terms: [{ key: 'key-0', token: 1, since: 2 }] };
    const text = encodeCard(facts, { kind: 'listed', workers })!;
    expect(JSON.parse(text)).toEqual({ ...facts, workers });
    expect(encodeCard(FACTS, { kind: 'listed', workers: workersOf(60) })).toBeUndefined();
  });

  it('leaves terms out where they do not fit: the leases have them', () => {
    const terms = Array.from({ length: 200 }, (_, i) => ({ key: `key-${i}`, token: 1, since: 2 }));
    const text = encodeCard({ ...FACTS, terms }, { kind: 'listed', workers: workersOf(2) })!;
    expect(JSON.parse(text)).not.toHaveProperty('terms');
    expect(JSON.parse(text)).not.toHaveProperty('cut');
  });

  it('never becomes larger, whatever there is to say, and names what is missing', () => {
    const wide = '\u0001é😀'.repeat(300);
    const facts: CardFacts = {
      ...{
        ...FACTS,
        id: 'i'.repeat(512),
        at: 8.64e15,
        host: wide,
        version: wide,
        node: wide,
        uptime: 8.64e15,
      },
      extensions: { jobs: wide, [wide]: 1, small: { running: 1 } },
      troubles: Array.from({ length: 25 }, () => ({ kind: 'store-warning', message: wide, age: 8.64e15 })),
      terms: Array.from({ length: 10_000 }, (_, i) => ({ key: `key-${i}`, token: 1, since: 2 })),
    };
    const modeOf = (name: string) => (Number(name.slice(7)) % 2 ? 'paused' : undefined);
    const text = encodeCard(facts, { kind: 'catalogue', catalogue: catalogueOf(10_000), modeOf });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(LONGEST_CARD);
    const card = decodePresence('a', text);
    expect(card).toMatchObject({
      catalogue: 'x'.repeat(22),
      extensions: { small: { running: 1 } },
      workers: [],
    });
    expect(card?.cut).toEqual(['modes', 'troubles', 'extensions.jobs', 'more']);
    expect(card?.troubles.length).toBeGreaterThan(0);
  });

  it('is a few hundred bytes for ten thousand workers, whatever most of them are told', () => {
    const workers = catalogueOf(10_000);
    const text = encodeCard(FACTS, { kind: 'catalogue', catalogue: workers, modeOf: () => 'paused' });
    expect(Buffer.byteLength(text)).toBeLessThan(300);
    expect(decodePresence('a', text)?.exceptions).toEqual({ paused: '0-9999' });
  });

  it('says that workers are to come while the catalogue is being posted', () => {
    expect(decodePresence('a', encodeCard(FACTS, { kind: 'later' }))?.cut).toEqual(['workers']);
  });
});
