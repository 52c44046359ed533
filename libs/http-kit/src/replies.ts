import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** An answer. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Answers through the app's HTTP adapter. Clients rely on the shape of the bodies, so they are sent as they are, past interceptors of the app
 * that wrap what controllers return.
 */
@Injectable()
export class Replies {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  send(response: unknown, { status, type, text, headers }: Reply): void {
    const { httpAdapter } = this.host;
    // Somebody has answered already, e.g. a guard that redirects.
    if (httpAdapter.isHeadersSent(response)) return;
    const all = {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    };
    for (const [name, value] of Object.entries(all)) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, text, status);
  }

  json(response: unknown, body: unknown, status = 200): void {
    this.send(response, { status, type: 'application/json; charset=utf-8', text: JSON.stringify(body) });
  }
}
