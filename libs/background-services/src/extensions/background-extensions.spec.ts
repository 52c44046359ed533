import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { BackgroundExtensions } from './index.js';

describe('BackgroundExtensions', () => {
  let extensions: BackgroundExtensions;

  beforeEach(() => {
    extensions = new BackgroundExtensions();
  });

  it('asks each one for its health and its card, until it is taken away', () => {
    const end = extensions.add({
      name: 'jobs',
      health: () => ({ reasons: [], details: { running: 2 } }),
      presence: () => ({ running: 2 }),
    });
    extensions.add({ name: 'silent' });
    expect(extensions.health()).toEqual({ jobs: { reasons: [], details: { running: 2 } } });
    expect(extensions.presences()).toEqual({ jobs: { running: 2 } });
    end();
    expect([extensions.health(), extensions.presences()]).toEqual([{}, {}]);
  });

  it('takes one that throws for degraded, and asks the others', () => {
    const fail = () => {
      throw new Error('No answer');
    };
    extensions.add({ name: 'broken', health: fail, presence: fail });
    extensions.add({ name: 'jobs', health: () => ({ reasons: [], details: {} }), presence: () => 1 });
    expect(extensions.health()).toEqual({
      broken: { reasons: ['cannot be asked: No answer'], details: {} },
      jobs: { reasons: [], details: {} },
    });
    expect(extensions.presences()).toEqual({ jobs: 1 });
  });

  it.each<[string, unknown]>([
    ['a promise', Promise.reject(new Error('Nobody waits'))],
    ['no object', 'fine'],
    ['reasons that are no list', { reasons: 'fine', details: {} }],
    ['reasons that are no texts', { reasons: [1], details: {} }],
    ['details that are no JSON', { reasons: [], details: { size: 1n } }],
    ['details that are too long', { reasons: [], details: { text: 'x'.repeat(50_001) } }],
    ['no details', { reasons: [] }],
  ])('takes one that answers %s for degraded', async (_what, answer) => {
    extensions.add({ name: 'broken', health: () => answer as never, presence: () => answer });
    expect(extensions.health()).toEqual({
      broken: { reasons: [expect.stringMatching(/^cannot be asked: \S/)], details: {} },
    });
    extensions.presences();
    await setImmediate();
  });

  it.each([
    ['too long', 'x'.repeat(4_001)],
    ['no JSON', () => undefined],
    ['a number too large for JSON', 1n],
  ])('drops a card that is %s', (_what, card) => {
    extensions.add({ name: 'jobs', presence: () => card });
    expect(extensions.presences()).toEqual({});
  });

  it.each(['', 'Jobs', 'a b', '1st', 'x'.repeat(65), undefined])('refuses the name %p', (name) => {
    expect(() => extensions.add({ name: name as string })).toThrow(
      expect.objectContaining({ code: 'BGS_INVALID_EXTENSION' }),
    );
  });

  it('refuses one with card(), which is called presence() now', () => {
    const old = { name: 'jobs', card: () => 1 };
    expect(() => extensions.add(old)).toThrow(
      expect.objectContaining({
        code: 'BGS_INVALID_EXTENSION',
        message:
          'An extension tells what every replica can see of it with presence(), which was card() before; received "card"',
      }),
    );
    const both = { ...old, presence: () => 2 };
    extensions.add(both);
    expect(extensions.presences()).toEqual({ jobs: 2 });
  });

  it('refuses a second one of the same name', () => {
    extensions.add({ name: 'jobs' });
    expect(() => extensions.add({ name: 'jobs' })).toThrow(
      expect.objectContaining({ code: 'BGS_DUPLICATE_EXTENSION' }),
    );
  });
});
