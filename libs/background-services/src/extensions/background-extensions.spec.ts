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
      card: () => ({ running: 2 }),
    });
    extensions.add({ name: 'silent' });
    expect(extensions.health()).toEqual({ jobs: { reasons: [], details: { running: 2 } } });
    expect(extensions.cards()).toEqual({ jobs: { running: 2 } });
    end();
    expect([extensions.health(), extensions.cards()]).toEqual([{}, {}]);
  });

  it('takes one that throws for degraded, and asks the others', () => {
    const fail = () => {
      throw new Error('No answer');
    };
    extensions.add({ name: 'broken', health: fail, card: fail });
    extensions.add({ name: 'jobs', health: () => ({ reasons: [], details: {} }), card: () => 1 });
    expect(extensions.health()).toEqual({
      broken: { reasons: ['cannot be asked: No answer'], details: {} },
      jobs: { reasons: [], details: {} },
    });
    expect(extensions.cards()).toEqual({ jobs: 1 });
  });

  it.each([
    ['too long', 'x'.repeat(4_001)],
    ['no JSON', () => undefined],
    ['a number too large for JSON', 1n],
  ])('drops a card that is %s', (_what, card) => {
    extensions.add({ name: 'jobs', card: () => card });
    expect(extensions.cards()).toEqual({});
  });

  it.each(['', 'Jobs', 'a b', '1st', 'x'.repeat(65), undefined])('refuses the name %p', (name) => {
    expect(() => extensions.add({ name: name as string })).toThrow(
      expect.objectContaining({ code: 'BGS_INVALID_EXTENSION' }),
    );
  });

  it('refuses a second one of the same name', () => {
    extensions.add({ name: 'jobs' });
    expect(() => extensions.add({ name: 'jobs' })).toThrow(
      expect.objectContaining({ code: 'BGS_DUPLICATE_EXTENSION' }),
    );
  });
});
