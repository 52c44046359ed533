import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FleetView } from '../fleet/index.js';
import { TestClock } from '../testing/test-clock.js';
import { FleetGlance } from './fleet-glance.js';

const INTERVAL = 30_000;
const BEAT = 10_000;

describe('FleetGlance', () => {
  let clock: TestClock;
  let readings: number;
  let keys: number;
  let readAt: number | undefined;
  let isAnswering: boolean;
  let glance: FleetGlance;
  let latest: FleetView | undefined;

  const fullView = { isSummary: false, storeAnswers: true };

  beforeEach(() => {
    clock = new TestClock(0);
    readings = 0;
    keys = 2;
    readAt = undefined;
    latest = undefined;
    isAnswering = true;
    const fleet = {
      get latest() {
        return latest;
      },
      get latestAge() {
        return readAt === undefined ? undefined : clock.monotonic() - readAt;
      },
      view() {
        readings++;
        if (isAnswering) readAt = clock.monotonic();
        latest = { ...latest, ...viewOf(keys, clock.wall()), current: isAnswering };
        return Promise.resolve(latest);
      },
    };
    glance = new FleetGlance({ fleet, clock, interval: INTERVAL, keys: () => keys });
  });

  async function beats(count: number) {
    for (let i = 0; i < count; i++) {
      glance.onBeat();
      await clock.advance(BEAT);
    }
  }

  it('reads the fleet for nobody, and never because of a request', async () => {
    await beats(10);
    for (let i = 0; i < 1_000; i++) expect(glance.look(fullView)).toBeUndefined();
    expect(readings).toBe(0);
  });

  it('reads it along with renewals while somebody asks, once per interval however often that is', async () => {
    for (let i = 0; i < 100; i++) glance.look(fullView);
    await beats(9);
    expect(readings).toBe(3);
    for (let i = 0; i < 100; i++) glance.look(fullView);
    expect(readings).toBe(3);
  });

  it('stops reading five minutes after the last request', async () => {
    glance.look(fullView);
    await beats(60);
    expect(readings).toBe(11);
  });

  it('does not read a fleet of more than 100 keys', async () => {
    keys = 101;
    glance.look(fullView);
    await beats(10);
    expect(readings).toBe(0);
  });

  it('says how old it is, and that it is not current once it is older than two readings', async () => {
    glance.look(fullView);
    glance.onBeat();
    await clock.advance(60_000);
    expect(glance.look(fullView)).toMatchObject({
      asOf: '1970-01-01T00:00:00.000Z',
      ageMs: 60_000,
      current: true,
      counts: { replicas: 1, keys: 2, led: 1, warnings: 1 },
      leaders: { k0: 'a', k1: null },
    });
    await clock.advance(1);
    expect(glance.look(fullView)).toMatchObject({ ageMs: 60_001, current: false });
  });

  it('is not current while the store does not answer the renewals', () => {
    glance.look(fullView);
    glance.onBeat();
    expect(glance.look({ isSummary: false, storeAnswers: false })).toMatchObject({
      ageMs: 0,
      current: false,
    });
  });

  it('is not current where the fleet could not be read', () => {
    isAnswering = false;
    glance.look(fullView);
    glance.onBeat();
    expect(glance.look(fullView)).toMatchObject({ ageMs: null, current: false });
  });

  it('gives a summary numbers instead of keys', () => {
    glance.look(fullView);
    glance.onBeat();
    expect(glance.look({ isSummary: true, storeAnswers: true })).not.toHaveProperty('leaders');
  });
});

function viewOf(keys: number, now: number): FleetView {
  return {
    asOf: new Date(now),
    replicas: [{ id: 'a' }],
    keys: Array.from({ length: keys }, (_, i) => ({
      key: `k${i}`,
      state: i === 0 ? 'led' : 'leaderless',
      leader: i === 0 ? 'a' : null,
    })),
    warnings: [{ kind: 'leaderless', key: 'k1', message: 'k1 has no leader' }],
  } as unknown as FleetView;
}
