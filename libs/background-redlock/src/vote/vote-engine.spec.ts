import { describe, expect, it } from '@jest/globals';
import { type Ballot, VoteEngine } from './vote-engine.js';

const engine = new VoteEngine();

/** A node that says yes or no, or nothing at all, and how often a yes of it was taken back. */
function node(says: boolean | 'nothing') {
  const ballot = {
    takenBack: 0,
    cast: () => (says === 'nothing' ? new Promise<boolean>(() => undefined) : Promise.resolve(says)),
    takeBack: async () => {
      if (says === 'nothing') await new Promise(() => undefined);
      if (says) ballot.takenBack += 1;
    },
  };
  return ballot;
}

const motion = (...ballots: readonly Ballot[]) => ({ key: 'orders', holder: 'a', ttl: 1_000.5, ballots });

describe('a vote', () => {
  it.each(['elect', 'prolong', 'release'] as const)(
    'to %s is carried by a majority, and by no less',
    async (vote) => {
      expect(await engine[vote](motion(node(true), node(true), node(false)))).toBe(true);
      expect(await engine[vote](motion(node(true), node(false), node(false)))).toBe(false);
    },
  );

  it('does not wait for a node that says nothing once it is decided', async () => {
    expect(await engine.elect(motion(node('nothing'), node(true), node(true)))).toBe(true);
    expect(await engine.elect(motion(node(false), node('nothing'), node(false)))).toBe(false);
  });

  it('that elects nobody takes back what it got, and only that', async () => {
    const [yes, no] = [node(true), node(false)];
    await engine.elect(motion(no, yes, no));
    expect([yes.takenBack, no.takenBack]).toEqual([1, 0]);
    const kept = node(true);
    await engine.elect(motion(kept, kept, no));
    await engine.prolong(motion(yes, no, no));
    expect([kept.takenBack, yes.takenBack]).toEqual([0, 1]);
  });
});
