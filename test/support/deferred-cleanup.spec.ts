import { describe, expect, it } from '@jest/globals';
import { cleanUpAll, onCleanUp } from './deferred-cleanup.js';

describe('cleanUpAll', () => {
  it('runs the newest first, each once, and none that was forgotten', async () => {
    const ran: string[] = [];
    onCleanUp(() => void ran.push('first'));
    const forget = onCleanUp(() => void ran.push('forgotten'));
    onCleanUp(async () => void ran.push('last'));
    forget();

    await cleanUpAll();
    await cleanUpAll();

    expect(ran).toEqual(['last', 'first']);
  });

  it('goes on after a failure, and reports all of them', async () => {
    const ran: string[] = [];
    onCleanUp(() => void ran.push('still done'));
    onCleanUp(() => Promise.reject(new Error('one')));
    onCleanUp(() => {
      throw new Error('two');
    });

    await expect(cleanUpAll()).rejects.toMatchObject({
      errors: [new Error('two'), new Error('one')],
    });
    expect(ran).toEqual(['still done']);
  });
});
