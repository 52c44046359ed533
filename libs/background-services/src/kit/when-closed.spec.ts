import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../../test/support/until.js';
import { whenClosed } from './when-closed.js';

describe('whenClosed', () => {
  let server: Server;
  let port: number;
  let responses: ServerResponse[];

  beforeEach(async () => {
    responses = [];
    server = createServer((_request, response) => responses.push(response));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const request = (count = 1): Socket => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n'.repeat(count));
    return socket;
  };
  const received = async (count = 1) => {
    await until(() => responses.length, { what: `${count} requests`, satisfies: (seen) => seen === count });
    return responses;
  };
  const count = (response: ServerResponse) => {
    const seen = { calls: 0 };
    return { seen, stop: whenClosed(response, () => (seen.calls += 1)) };
  };

  it('calls back once, when the client leaves', async () => {
    const client = request();
    const [response] = await received();
    const { seen } = count(response!);
    expect(seen.calls).toBe(0);
    client.destroy();
    await until(() => seen.calls, { what: 'the call' });
    expect(response!.closed).toBe(true);
    expect(seen.calls).toBe(1);
    expect(response!.listenerCount('close')).toBe(0);
  });

  it('calls back when the answer has been sent', async () => {
    const answered = new Promise<IncomingMessage>((answer) => get({ port, host: '127.0.0.1' }, answer));
    const [response] = await received();
    const { seen } = count(response!);
    response!.end('done');
    (await answered).resume();
    await until(() => seen.calls, { what: 'the call', satisfies: (calls) => calls === 1 });
  });

  it('calls back before it returns, if the client has left already', async () => {
    const client = request();
    const [response] = await received();
    client.destroy();
    await until(() => response!.closed, { what: 'the response to be closed' });
    const listeners = response!.listenerCount('close');
    expect(count(response!).seen.calls).toBe(1);
    expect(response!.listenerCount('close')).toBe(listeners);
  });

  it('calls back before it returns, if the response is destroyed but has not said so yet', async () => {
    request();
    const [response] = await received();
    response!.destroy();
    expect(count(response!).seen.calls).toBe(1);
  });

  it('is not called any more once it was stopped', async () => {
    const client = request();
    const [response] = await received();
    const { seen, stop } = count(response!);
    stop();
    stop();
    client.destroy();
    await until(() => response!.closed, { what: 'the response to be closed' });
    expect(seen.calls).toBe(0);
  });

  it('tells responses that wait behind others on their connection, before and after it closes', async () => {
    const client = request(20);
    await received(20);
    const { socket } = responses[0]!.req;
    const before = socket.listenerCount('close');
    const counted = responses.map(count);
    counted[7]!.stop();
    // Node warns of the eleventh.
    expect(socket.listenerCount('close')).toBe(before + 1);
    client.destroy();
    await until(() => counted[0]!.seen.calls, { what: 'the call' });
    expect(counted.map(({ seen }) => seen.calls)).toEqual(responses.map((_, i) => (i === 7 ? 0 : 1)));
    expect(responses.map((response) => count(response).seen.calls)).toEqual(responses.map(() => 1));
  });

  it('tells responses of HTTP/2, before and after their stream is reset', async () => {
    const http2 = createHttp2Server((_request, response) =>
      responses.push(response as unknown as ServerResponse),
    );
    await new Promise<void>((listening) => http2.listen(0, '127.0.0.1', listening));
    const session = connectHttp2(`http://127.0.0.1:${(http2.address() as AddressInfo).port}`);
    const stream = session.request({ ':path': '/' });
    const [response] = await received();
    const { seen } = count(response!);
    stream.close();
    await until(() => seen.calls, { what: 'the call' });
    expect(count(response!).seen.calls).toBe(1);
    session.close();
    await new Promise<void>((closed) => http2.close(() => closed()));
  });
});
