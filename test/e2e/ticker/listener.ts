import { Redis } from 'ioredis';
import { onCleanUp } from '../../support/processes.js';

export interface Heard {
  readonly channel: string;
  readonly fencingToken: number;
}

/** Who consumes what the ticker publishes. */
export class Listener {
  readonly heard: Heard[] = [];

  static async open(url: string): Promise<Listener> {
    const listener = new Listener();
    const client = new Redis(url, { disconnectTimeout: 100 });
    // The tests take the server away under it.
    client.on('error', () => {});
    onCleanUp(() => client.disconnect());
    client.on('pmessage', (_pattern: string, channel: string, message: string) => {
      const { fencingToken } = JSON.parse(message) as { fencingToken: number };
      listener.heard.push({ channel, fencingToken });
    });
    await client.psubscribe('ticker:*');
    return listener;
  }
}
