import { describe, expect, it } from '@jest/globals';
import type { Voted, VoteReply } from '../node/replies.js';
import { Poll } from './poll.js';
import { lost, standing } from './standing.js';

const vote: Voted = { outcome: 'voted', lastToken: 1, ledger: {}, time: 1 };
const silence = { outcome: 'unknown', error: new Error('timed out') } as const;
const held = (holder: string, ttl: number | null = 100) => ({ outcome: 'refused', holder, ttl }) as const;

async function standingOf(...replies: VoteReply[]) {
  const poll = new Poll(replies.map((reply) => Promise.resolve(reply)));
  await poll.until(() => false);
  return standing('orders', poll);
}

describe('how a lost vote stands', () => {
  it.each<[string, VoteReply[], string, number | null]>([
    ['held by the leader of all', [held('a', 10), held('a', 30), held('a', 20)], 'a', 20],
    ['held by the leader of a majority', [vote, held('a', 30), held('a', 20)], 'a', 20],
    ['held with a node away', [silence, held('a', 30), held('a', 20)], 'a', 30],
    [
      'held by an operator for ever',
      [vote, held('DISABLED', null), held('DISABLED', null)],
      'DISABLED',
      null,
    ],
    ['held by a majority beside a candidate', [held('b', 99), held('a', 30), held('a', 20)], 'a', 30],
  ])('%s: until enough nodes are free', async (_what, replies, holder, ttl) => {
    expect(await standingOf(...replies)).toEqual({ outcome: 'held', holder, ttl });
  });

  it('split between candidates: worth another try, else not definite', async () => {
    expect(await standingOf(vote, held('a'), held('b'))).toMatchObject({
      outcome: 'split',
      otherwise: { outcome: 'unknown', error: { message: expect.stringMatching(/split .* a, b/) } },
    });
  });

  it('split with a node away: else what is left of a leader expires', async () => {
    const otherwise = { outcome: 'held', holder: 'a', ttl: 40 };
    expect(await standingOf(vote, held('a', 40), silence)).toEqual({ outcome: 'split', otherwise });
  });

  it.each([
    ['all', [silence, silence, silence]],
    ['a majority', [vote, silence, silence]],
    ['a majority beside the leader', [held('a'), silence, silence]],
  ])('not definite while %s are silent', async (_what, replies) => {
    expect(await standingOf(...replies)).toMatchObject({
      outcome: 'unknown',
      error: { message: expect.stringMatching(/No majority .* of 3 nodes failed, one with: timed out/) },
    });
  });
});

describe('a lease', () => {
  const no = (holder: string | null) => ({ outcome: 'lost', holder }) as const;
  const lostOf = async (...replies: (ReturnType<typeof no> | typeof silence)[]) => {
    const poll = new Poll(replies.map((reply) => Promise.resolve(reply)));
    await poll.until(() => false);
    return lost(poll);
  };

  it('is lost by the word of a majority, to the one most name', async () => {
    expect(await lostOf(no('b'), no(null), no('b'))).toEqual(no('b'));
    expect(await lostOf(no(null), silence, no(null))).toEqual(no(null));
  });

  it('is not lost by the word of a minority', async () => {
    expect(await lostOf(no('b'), silence, silence)).toBeUndefined();
  });
});
