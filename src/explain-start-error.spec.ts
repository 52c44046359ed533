import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { InvalidEnvironmentError } from './config/invalid-environment.error.js';
import { explainStartError } from './explain-start-error.js';

describe('explainStartError', () => {
  it('names the port that is in use, and the way out', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const [error] = (await once(createServer().listen(port, '127.0.0.1'), 'listening').catch((e: unknown) => [
      e,
    ])) as [unknown];
    holder.close();
    expect(explainStartError(error)).toMatch(
      new RegExp(`^Port ${port} is in use by another process\\..*PORT`),
    );
  });

  it('gives the message alone of what the operator can correct', () => {
    const error = new InvalidEnvironmentError([{ variable: 'PORT', expected: 'a port', received: 'x' }]);
    expect(explainStartError(error)).toBe(error.message);
  });

  it('gives the stack of what nobody expected, and the text of what is no error', () => {
    expect(explainStartError(new TypeError('surprise'))).toMatch(/TypeError: surprise\n\s+at /);
    expect(explainStartError('surprise')).toBe('surprise');
  });
});
