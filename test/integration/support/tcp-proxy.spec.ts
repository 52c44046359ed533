import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { freePort } from '../../support/free-port.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

/** One end of a connection: what it got, and how the connection ended. */
interface Peer {
  readonly socket: Socket;
  text: string;
  ending: 'open' | 'end' | 'reset';
}

function watched(socket: Socket): Peer {
  const peer: Peer = { socket, text: '', ending: 'open' };
  socket.setEncoding('utf8').on('data', (text: string) => (peer.text += text));
  socket.on('end', () => (peer.ending = 'end'));
  socket.on('error', () => (peer.ending = 'reset'));
  socket.on('close', () => (peer.ending = peer.ending === 'open' ? 'end' : peer.ending));
  return peer;
}

describe('TcpProxy', () => {
  afterEach(cleanUpAll);

  /** A server that answers every chunk with itself in capitals, behind a proxy. */
  async function startServer() {
    const peers: Peer[] = [];
    const server = createServer((socket) => {
      peers.push(watched(socket));
      socket.on('data', (text) => socket.write(String(text).toUpperCase()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onCleanUp(() => {
      for (const { socket } of peers) socket.destroy();
      server.close();
    });
    const proxy = await TcpProxy.start({ port: (server.address() as AddressInfo).port });
    return { peers, proxy };
  }

  async function dial(proxy: TcpProxy): Promise<Peer> {
    const socket = connect(proxy.port, '127.0.0.1');
    onCleanUp(() => void socket.destroy());
    await new Promise((resolve) => socket.once('connect', resolve));
    return watched(socket);
  }

  async function start() {
    const { peers, proxy } = await startServer();
    const client = await dial(proxy);
    const server = await until(() => peers[0], { what: 'the connection to arrive' });
    return { client, server: server!, proxy, peers };
  }

  const has = (peer: Peer, text: string) =>
    until(() => peer.text, { what: text, satisfies: (seen) => seen === text, every: 1 });
  const ended = (peer: Peer, ending: Peer['ending']) =>
    until(() => peer.ending, { what: ending, satisfies: (seen) => seen === ending, every: 1 });

  it('passes everything on in fair weather, and the end too', async () => {
    const { client, server, proxy } = await start();
    expect(proxy.connections).toBe(1);
    client.socket.write('hello');
    await has(client, 'HELLO');
    client.socket.end();
    await ended(server, 'end');
    await until(() => proxy.connections === 0, { what: 'the connection to be forgotten' });
  });

  it('cuts all connections, and lets new ones pass', async () => {
    const { client, server, proxy } = await start();
    proxy.cut();
    await Promise.all([ended(client, 'reset'), ended(server, 'reset')]);
    const next = await dial(proxy);
    next.socket.write('again');
    await has(next, 'AGAIN');
    expect(proxy.connections).toBe(1);
  });

  it.each(['requests', 'replies'] as const)('delays %s', async (direction) => {
    const { client, proxy } = await start();
    proxy.delay(direction, 100);
    const sentAt = performance.now();
    client.socket.write('slow');
    await has(client, 'SLOW');
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(100);
  });

  it('delivers what is on its way at once when the delay ends, in order', async () => {
    const { client, proxy } = await start();
    proxy.delay('replies', 60_000);
    client.socket.write('a');
    await until(() => client.socket.bytesWritten === 1, { what: 'the first byte' });
    client.socket.write('b');
    proxy.heal();
    await has(client, 'AB');
  });

  it('holds requests back, the end of the connection included, and delivers them to the server after all', async () => {
    const { client, server, proxy } = await start();
    proxy.blackhole('requests');
    client.socket.write('late');
    client.socket.destroy();
    const witness = await dial(proxy);
    expect({ text: server.text, ending: server.ending }).toEqual({ text: '', ending: 'open' });
    proxy.heal();
    await has(server, 'late');
    await ended(server, 'end');
    witness.socket.destroy();
    await until(() => proxy.connections === 0, { what: 'both connections to be forgotten' });
  });

  it('holds replies back while requests go on', async () => {
    const { client, server, proxy } = await start();
    proxy.blackhole('replies');
    client.socket.write('one way');
    await has(server, 'one way');
    expect(client.text).toBe('');
    proxy.heal();
    await has(client, 'ONE WAY');
  });

  it('strands connections: nothing arrives any more, and nobody is told', async () => {
    const { client, server, proxy } = await start();
    proxy.blackhole('requests');
    client.socket.write('never');
    await until(() => client.socket.bytesWritten === 5, { what: 'the request' });
    proxy.strand();
    proxy.heal();
    client.socket.write('ever');
    const next = await dial(proxy);
    next.socket.write('new');
    await has(next, 'NEW');
    expect([server.text, server.ending, client.ending]).toEqual(['', 'open', 'open']);
    proxy.cut();
    await Promise.all([ended(client, 'reset'), ended(server, 'reset')]);
  });

  it('cuts the next request that matches halfway', async () => {
    const { client, server, proxy } = await start();
    const cut = proxy.cutNextRequest(/evalsha/i);
    client.socket.write('PING');
    await has(client, 'PING');
    client.socket.write('EVALSHA!');
    await cut;
    await Promise.all([ended(client, 'reset'), ended(server, 'reset')]);
    expect(server.text.replace('PING', '')).not.toContain('SHA!');
    expect(client.text).toBe('PING');
  });

  it('loses the next reply that matches, once the server has given it', async () => {
    const { client, server, proxy, peers } = await start();
    const lost = proxy.loseNextReply(/WRITE/);
    client.socket.write('read');
    await has(client, 'READ');
    client.socket.write('write');
    await lost;
    await ended(client, 'reset');
    expect(server.text).toBe('readwrite');
    expect(client.text).toBe('READ');
    const next = await dial(proxy);
    next.socket.write('write');
    await has(next, 'WRITE');
    expect(peers).toHaveLength(2);
  });

  it('breaks the connection of a client whose server is not there', async () => {
    const proxy = await TcpProxy.start({ port: await freePort() });
    const client = await dial(proxy);
    await until(() => client.ending !== 'open', { what: 'the end' });
    await until(() => proxy.connections === 0, { what: 'the connection to be forgotten' });
  });

  it('closes with all its connections', async () => {
    const { client, proxy } = await start();
    proxy.blackhole('requests');
    client.socket.write('never');
    await proxy.close();
    await ended(client, 'reset');
    expect(proxy.connections).toBe(0);
  });
});
