import { beforeEach, describe, expect, it } from '@jest/globals';
import { StoreError } from '../../../errors/index.js';
import { boardKeys } from './board-keys.js';
import { RedisMembers } from './redis-members.js';

/** What holds for all members is in the contract of stores; here is what needs no Redis. */
describe('RedisMembers', () => {
  let asked: readonly unknown[][];
  let answer: unknown;
  let hint: ((message: string) => void) | undefined;
  let channels: readonly string[];
  let members: RedisMembers;

  beforeEach(() => {
    asked = [];
    channels = [];
    answer = [];
    const link: ConstructorParameters<typeof RedisMembers>[0] = {
      prefix: 'app:',
      listen: (channel, listener) => {
        channels = [...channels, channel];
        hint = listener;
      },
      runOnBoard: (...call) => {
        asked = [...asked, call];
        return Promise.resolve(answer);
      },
      use: () => Promise.reject(new StoreError('Not here')),
      noHints: () => undefined,
    };
    members = new RedisMembers(link, boardKeys('app:'));
  });

  it('asks in the tick in which it is called, so that it travels with what else is asked in it', () => {
    void members.put('a', 'text', 1_000.5);
    expect(asked).toEqual([
      ['bgsMembers', ['app:{background-services}:members'], ['a', 'text', 1_001, 1_000, 4_096, 512]],
    ]);
  });

  it('asks for a channel of its own in the tick in which it is made', () => {
    let heard = 0;
    const stop = members.watch(() => (heard += 1));
    expect(channels).toEqual(['app:background-services:members']);
    hint?.('');
    stop();
    hint?.('');
    expect(heard).toBe(1);
  });

  it('reads texts by id', async () => {
    answer = ['a', '1', '__proto__', ''];
    expect(await members.put('a', '1', 1_000)).toEqual(
      new Map([
        ['a', '1'],
        ['__proto__', ''],
      ]),
    );
  });

  it.each([undefined, 'OK', [1], ['a', null]])('takes %p for no answer', async (other) => {
    answer = other;
    await expect(members.put('a', '', 1_000)).rejects.toThrow(StoreError);
  });
});
