import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** What is answered. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Answers over whichever HTTP adapter the app has. The page relies on the shape of the bodies, so they are sent as they are, past
 * interceptors of the app that wrap what controllers return.
 */
@Injectable()
export class Replies {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  send(response: unknown, { status, type, text, headers }: Reply): void {
    const { httpAdapter } = this.host;
    // Whoever answered before (a guard that redirects) has the say.
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
