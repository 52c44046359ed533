import { describe, expect, it } from '@jest/globals';
import { Poll, quorumOf } from './poll.js';

type Reply = { readonly outcome: 'yes'; readonly by: number } | { readonly outcome: 'no' };

/** Nodes that answer when they are told to. */
function openPoll(nodes: number) {
  const answers: ((reply: Reply) => void)[] = [];
  const asked = Array.from({ length: nodes }, () => new Promise<Reply>((resolve) => answers.push(resolve)));
  return { answers, poll: new Poll(asked) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a poll', () => {
  it.each([
    [3, 2],
    [5, 3],
    [7, 4],
  ])('of %d nodes has a quorum of %d', (nodes, quorum) => {
    expect(quorumOf(nodes)).toBe(quorum);
  });

  it('is over as soon as it is decided, whoever hangs', async () => {
    const { answers, poll } = openPoll(3);
    let over = false;
    void poll.until(() => poll.hasQuorum('yes')).then(() => (over = true));
    answers[2]?.({ outcome: 'yes', by: 2 });
    await settled();
    expect(over).toBe(false);
    answers[0]?.({ outcome: 'yes', by: 0 });
    await settled();
    expect(over).toBe(true);
    expect(poll.with('yes').map(({ by }) => by)).toEqual([0, 2]);
  });

  it('is over once all have answered, decided or not', async () => {
    const { answers, poll } = openPoll(3);
    for (const answer of answers) answer({ outcome: 'no' });
    await poll.until(() => poll.hasQuorum('yes'));
    expect(poll.hasQuorum('no')).toBe(true);
  });
});
