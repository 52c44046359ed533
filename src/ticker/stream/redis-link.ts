import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';

/** An answer that takes longer is none, ms. */
const COMMAND_TIMEOUT = 500;
const CONNECT_TIMEOUT = 2_000;
/** A connection on which nothing has come for so long although something was asked is cut, ms. */
const SOCKET_TIMEOUT = 5_000;
const LONGEST_RETRY = 1_000;

/** The ticker's own connection, on which nothing waits: what cannot be sent now fails now. */
export class RedisLink {
  readonly client: Redis | undefined;

  /** @param url none: no connection */
  constructor(url: string | undefined) {
    if (url === undefined) return;
    this.client = new Redis(url, {
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT,
      connectTimeout: CONNECT_TIMEOUT,
      socketTimeout: SOCKET_TIMEOUT,
      retryStrategy: (attempt) => Math.min(attempt * 100, LONGEST_RETRY),
    });
    // That publishing fails the publisher says, once; without a listener every attempt would be printed.
    this.client.on('error', (error) => new Logger('TickerRedis').debug(error.message));
  }

  /** The last hook of all: the loop has drained by then. */
  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}
