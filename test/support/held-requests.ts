import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { Hold } from './hold.js';
import { until } from './until.js';

const MARK = 'x-held';

export interface Asked {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** A request on a connection of its own, seen from both ends. */
export interface Sent {
  /** Of the answer, once its head is there. */
  readonly status: number | undefined;
  /** Whether the answer has come to its end. */
  readonly isAnswered: boolean;
  /** The client leaves. Resolves when the server has noticed. */
  leave(): Promise<void>;
}

/** Requests to an app whose calls to its ports can be held. */
export class HeldRequests {
  #response: ServerResponse | undefined;
  #port = 0;

  constructor(
    private readonly app: INestApplication,
    private readonly hold: Hold,
  ) {
    app.use(({ headers }: IncomingMessage, response: ServerResponse, next: () => void) => {
      if (headers[MARK] === undefined) return next();
      this.#response = response;
      this.hold.within(next);
    });
  }

  async listen(): Promise<void> {
    await this.app.listen(0, '127.0.0.1');
    this.#port = Number(new URL(await this.app.getUrl()).port);
  }

  /** The app closes while the request is under way, and what is held is let go. Resolves when both have come to their end. */
  async close(sent: Sent): Promise<void> {
    const state = { isClosed: false };
    const closing = this.app.close().then(() => (state.isClosed = true));
    await this.hold.settled();
    this.hold.letGo();
    await until(() => state.isClosed && sent.isAnswered, {
      what: `the app to close (${this.hold.held})`,
      every: 1,
    });
    await closing;
    await this.hold.settled();
  }

  /**
   * Sends a request, and resolves when one of its calls is held, when it is answered, or when it is kept waiting.
   * @param isWaiting whether the app keeps a request waiting, by its own account
   */
  async send({ method = 'GET', path, headers = {}, body }: Asked, isWaiting: () => boolean): Promise<Sent> {
    const state: { status?: number; isAnswered: boolean } = { isAnswered: false };
    this.#response = undefined;
    const sending: ClientRequest = request(
      {
        ...{ method, path, port: this.#port, host: '127.0.0.1', agent: false },
        headers: { [MARK]: '1', ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      },
      (answer) => {
        state.status = answer.statusCode!;
        answer.on('error', () => undefined);
        answer.resume().on('end', () => (state.isAnswered = true));
      },
    );
    sending.on('error', () => undefined);
    sending.end(body && JSON.stringify(body));
    await until(() => this.hold.held !== undefined || state.status !== undefined || isWaiting(), {
      what: `${method} ${path} to be held, answered or kept waiting`,
      every: 1,
    });
    await this.hold.settled();
    return {
      get status() {
        return state.status;
      },
      get isAnswered() {
        return state.isAnswered;
      },
      leave: async () => {
        sending.destroy();
        const response = this.#response!;
        await until(() => response.closed, { what: 'the server to see that the client has left', every: 1 });
      },
    };
  }
}
