import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger, ServiceUnavailableException } from '@nestjs/common';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FleetStatus, FleetView } from 'nestjs-background-services/fleet';
import { TestClock } from 'nestjs-background-services/testing';
import { until } from '../../../../test/support/until.js';
import { resolveOptions } from '../options/index.js';
import { FleetStream } from './fleet-stream.js';

describe('FleetStream', () => {
  let clock: TestClock;
  let reads: number;
  let problem: string | undefined;
  let unshowable: boolean;
  let stream: FleetStream;
  let server: Server;

  const view = () => {
    reads += 1;
    if (unshowable) return Promise.reject(new Error('too much'));
    const asOf = new Date(clock.wall());
    const replicas = [{ id: 'a', uptime: clock.monotonic(), eventLoopLag: reads }];
    return Promise.resolve({
      asOf,
      current: !problem,
      problem,
      replicas,
      keys: [],
      workers: [],
    } as unknown as FleetView);
  };

  beforeEach(async () => {
    clock = new TestClock();
    reads = 0;
    problem = undefined;
    unshowable = false;
    stream = new FleetStream({ view } as FleetStatus, resolveOptions({ clock }));
    server = createServer((_request, response) => stream.add(response));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });

  afterEach(async () => {
    stream.onModuleDestroy();
    await new Promise((closed) => server.close(closed));
  });

  async function connect() {
    const before = stream.clients;
    const { port } = server.address() as AddressInfo;
    const response = await new Promise<IncomingMessage>((answered) =>
      get({ port, host: '127.0.0.1', agent: false }, answered),
    );
    let text = '';
    let ended = false;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (text += chunk));
    response.on('end', () => (ended = true));
    await until(() => stream.clients > before, { what: 'the stream to be open' });
    return {
      response,
      views: () => text.match(/^event: fleet$/gm)?.length ?? 0,
      pulses: () => text.match(/^: heartbeat\nevent: pulse$/gm)?.length ?? 0,
      text: () => text,
      ended: () => ended,
    };
  }

  it('sends the whole view at once, as events that are not kept', async () => {
    const client = await connect();
    await until(client.views, { what: 'a view' });
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(client.text()).toMatch(
      /^retry: 1000\n\nevent: fleet\ndata: \{"asOf":"2026-01-01T00:00:00.000Z".*\}\n\n$/,
    );
  });

  it('goes on, and says so once a minute, where the fleet cannot be shown', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    unshowable = true;
    const client = await connect();
    await clock.advance(59_000);
    expect(reads).toBeGreaterThan(50);
    expect(warn.mock.calls).toEqual([['The fleet cannot be shown: too much']]);
    await clock.advance(2_000);
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
    unshowable = false;
    await clock.advance(1_000);
    await until(client.views, { what: 'a view' });
  });

  it('sends a change within a second, and says every five that nothing has changed', async () => {
    const client = await connect();
    await until(client.views, { what: 'a view' });
    await clock.advance(4_900);
    problem = 'down';
    await clock.advance(1_000);
    await until(client.views, { what: 'the change', satisfies: (count) => count === 2 });
    await clock.advance(5_100);
    await until(client.pulses, { what: 'a heartbeat', satisfies: (count) => count === 1 });
    expect(client.views()).toBe(2);
  });

  it('reads once a second for all clients together, and not at all without any', async () => {
    const clients = await Promise.all([connect(), connect(), connect()]);
    for (const client of clients) await until(client.views, { what: 'a view' });
    const before = reads;
    await clock.advance(5_000);
    expect(reads - before).toBe(5);
    for (const { response } of clients) response.destroy();
    await until(() => stream.clients === 0, { what: 'the streams to be closed' });
    await clock.advance(5_000);
    expect(reads - before).toBeLessThanOrEqual(5);
  });

  it('starts again for whoever comes later, with what is so then', async () => {
    const first = await connect();
    await until(first.views, { what: 'a view' });
    first.response.destroy();
    await until(() => stream.clients === 0, { what: 'the stream to be closed' });
    await clock.advance(60_000);
    problem = 'down';
    const second = await connect();
    await until(second.views, { what: 'a view' });
    expect(second.text()).toContain('"problem":"down"');
    expect(second.views()).toBe(1);
  });

  it('ends after a quarter of an hour, so that the guard is asked again', async () => {
    const client = await connect();
    await clock.advance(900_000);
    await until(client.ended, { what: 'the end' });
  });

  it('ends with the app, and takes nobody any more', async () => {
    const client = await connect();
    stream.onModuleDestroy();
    await until(client.ended, { what: 'the end' });
    expect(() => stream.assertOpen()).toThrow(ServiceUnavailableException);
  });
});
