import { describe, expect, it } from '@jest/globals';
import { matchesTag, readIdempotencyKey, readKnownRevision, readPreferences } from './query.js';

const ID = '018bcfe5-6800-7000-8000-000000000000';

describe('Prefer', () => {
  it.each<[string | undefined, number | undefined, boolean]>([
    [undefined, undefined, false],
    ['wait=20', 20_000, false],
    ['WAIT = "20"', 20_000, false],
    ['respond-async, wait=5', 5_000, true],
    ['respond-async; wait=5', 5_000, true],
    ['return=minimal,wait=1', 1_000, false],
    ['wait=1, wait=2', 1_000, false],
    ['wait=999999', 60_000, false],
    ['wait=x, wait=2', 2_000, false],
  ])('%j is read', (prefer, wait, respondAsync) => {
    expect(readPreferences(prefer === undefined ? {} : { prefer })).toEqual({ wait, respondAsync });
  });

  it.each([
    'wait',
    'wait=',
    'wait=-1',
    'wait=1.5',
    'wait=1=2',
    'wait=9999999',
    'awaiting=3',
    'respond-async=1',
  ])('%j is ignored', (prefer) => {
    expect(readPreferences({ prefer })).toEqual({ wait: undefined, respondAsync: false });
  });
});

describe('If-None-Match', () => {
  const known = (tags: string, id = ID) => readKnownRevision({ 'if-none-match': tags }, id);

  it('tells the revision that a client knows of that job', () => {
    expect(known(`"${ID}-7"`)).toBe(7);
    expect(known(`"x", W/"${ID}-12" `)).toBe(12);
    expect(known(`"${ID}-7"`, ID.toUpperCase())).toBe(7);
    expect(readKnownRevision({}, ID)).toBeUndefined();
  });

  it.each([`"${ID}-"`, `"${ID}-x"`, `${ID}-7`, `"a${ID}-7"`, `"${ID}-7`, '*', ''])(
    'tells none by %j',
    (tags) => {
      expect(known(tags)).toBeUndefined();
    },
  );

  it.each(['.*', '(', '[', '(a+)+$', '\\d', '$&', '|'])('compares the id %j, which is no pattern', (id) => {
    expect(known(`"${ID}-7"`, id)).toBeUndefined();
    expect(known(`"${id}-7"`, id)).toBe(7);
  });

  it('matches the tag, be it weak, and any', () => {
    const matches = (tags: string) => matchesTag({ 'if-none-match': tags }, '"a-1"');
    expect(['"a-1"', 'W/"a-1"', '"b", "a-1"', '*'].map(matches)).toEqual([true, true, true, true]);
    expect(['"a-2"', 'a-1', 'W/*'].map(matches)).toEqual([false, false, false]);
  });
});

describe('What reads headers', () => {
  const SIZE = 200_000;
  const parts = [' ', ',', '"', 'wait=', 'wait= ', ', wait', '"a-1",', 'W/', `"${ID}-1`, '\t ', ';wait="1'];

  it.each(parts)('takes linear time for any number of %j', (part) => {
    const text = part.repeat(SIZE / part.length);
    const headers = { prefer: text, 'if-none-match': text, 'idempotency-key': text };
    const before = process.cpuUsage();
    readPreferences(headers);
    readKnownRevision(headers, ID);
    matchesTag(headers, '"a-1"');
    expect(() => readIdempotencyKey(headers)).toThrow();
    const { user, system } = process.cpuUsage(before);
    // Quadratic time would be minutes.
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });
});
