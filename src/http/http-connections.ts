import { type Server as HttpServer } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as afterPoll } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { HttpAdapterHost } from '@nestjs/core';
import { type Environment } from '../config/environment.js';

/**
 * Opens and ends connections so that a proxy in front of this replica loses no request, whatever its method.
 *
 * - While it runs: an idle connection lives longer here (`KEEP_ALIVE_TIMEOUT`) than in the proxy. So it is the proxy that closes it, and no
 *   request is on its way to a connection that has just been closed.
 * - At shutdown, when the workers have drained: the listener closes first. A proxy that connects is refused before it has sent anything, and
 *   asks another replica. Requests on connections that exist are served on, and each answer says `Connection: close`. Idle connections are
 *   left for the proxy to close, for the same reason as above; after `HTTP_DRAIN` milliseconds they are closed from here.
 */
@Injectable()
export class HttpConnections implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private isDraining = false;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: ConfigService<Environment, true>,
  ) {}

  onApplicationBootstrap(): void {
    this.server.keepAliveTimeout = this.config.get('KEEP_ALIVE_TIMEOUT', { infer: true });
    this.server.prependListener('request', (_request, response) => {
      if (this.isDraining) response.setHeader('Connection', 'close');
    });
  }

  /** Afterwards Nest closes what is idle, and waits for the requests that still run. */
  async beforeApplicationShutdown(): Promise<void> {
    // Without it a proxy would go on using a connection, and the server would never come to its end.
    this.isDraining = true;
    const patience = this.config.get('HTTP_DRAIN', { infer: true });
    if (patience > 0 && this.server.listening) await this.drain(patience);
    // Nor does an answer that was begun before all this leave an idle connection to wait for. (0 would mean: for ever.)
    this.server.keepAliveTimeout = 1;
  }

  private async drain(patience: number): Promise<void> {
    // Right after the event loop has accepted all connections that were waiting: the close would reset those.
    await afterPoll();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience);
      // Of the TCP server: that of the HTTP server would close idle connections as well.
      NetServer.prototype.close.call(this.server, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private get server(): HttpServer {
    return this.host.httpAdapter.getHttpServer() as HttpServer;
  }
}
