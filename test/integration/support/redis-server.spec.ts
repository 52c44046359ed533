import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { existsSync } from 'node:fs';
import { cleanUpAll, freePort, onCleanUp, until } from '../../support/processes.js';
import { RedisServer } from '../../support/redis-server.js';
import { TlsAuthority } from '../../support/tls-authority.js';

describe('RedisServer', () => {
  afterEach(cleanUpAll);

  async function startWithClient(): Promise<{ server: RedisServer; client: Redis }> {
    const server = await RedisServer.start();
    const options = { commandTimeout: 200, maxRetriesPerRequest: 0, disconnectTimeout: 10 };
    const client = new Redis(server.url, options);
    client.on('error', () => {});
    onCleanUp(() => client.disconnect());
    await until(() => client.ping(), { what: 'the first PONG' });
    return { server, client };
  }

  it('answers as soon as it has started', async () => {
    const { server, client } = await startWithClient();
    await expect(client.set('key', 'value')).resolves.toBe('OK');
    expect(server.url).toBe(`redis://127.0.0.1:${server.port}`);
  });

  it('counts commands, those of scripts too', async () => {
    const { server, client } = await startWithClient();
    await server.resetCommandStats();
    await client.eval("redis.call('SET', KEYS[1], 1) redis.call('INCR', KEYS[1])", 1, 'key');

    const { total, calls } = await server.commandStats();

    expect(calls).toMatchObject({ eval: 1, set: 1, incr: 1 });
    expect(total).toBe(Object.values(calls).reduce((sum, count) => sum + count));
  });

  it('is silent while frozen, and itself again after', async () => {
    const { server, client } = await startWithClient();
    await client.set('key', 'value');
    server.freeze();
    await expect(client.get('key')).rejects.toThrow('Command timed out');
    server.thaw();
    await until(() => client.get('key'), { what: 'the old value', satisfies: (value) => value === 'value' });
  });

  it('comes back empty, on the same port, as another process', async () => {
    const { server, client } = await startWithClient();
    const { port, pid } = server;
    await client.set('key', 'value');

    await server.restart();

    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    expect(await until(() => client.exists('key').then(String), { what: 'an answer' })).toBe('0');
  });

  it('comes back with its data where it appends them to a file', async () => {
    const server = await RedisServer.start({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const client = new Redis(server.url, { maxRetriesPerRequest: 0, disconnectTimeout: 10 });
    client.on('error', () => {});
    onCleanUp(() => client.disconnect());
    await until(() => client.set('key', 'value'), { what: 'the first write' });
    await server.restart();
    expect(await until(() => client.get('key'), { what: 'the data' })).toBe('value');
  });

  it('listens with TLS, and to users of its own, whatever its commands are called', async () => {
    const authority = await TlsAuthority.create();
    const server = await RedisServer.start({
      tls: authority.server,
      config: 'requirepass secret\nrename-command INFO ""\n',
    });
    const options = { enableReadyCheck: false, maxRetriesPerRequest: 0, disconnectTimeout: 10 };
    const client = new Redis(server.port, '127.0.0.1', {
      ...options,
      password: 'secret',
      tls: { ca: authority.ca },
    });
    client.on('error', () => {});
    onCleanUp(() => client.disconnect());
    expect(await until(() => client.ping(), { what: 'the first PONG' })).toBe('PONG');
    expect(server.url).toBe(`rediss://127.0.0.1:${server.port}`);
  });

  it('stops even when frozen, and leaves no process behind', async () => {
    const { server } = await startWithClient();
    server.freeze();
    await server.stop();
    expect(existsSync(`/proc/${server.pid}`)).toBe(false);
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
  });

  it('says why it could not start', async () => {
    const port = await freePort();
    const start = RedisServer.start({ port, args: ['--maxmemory', 'plenty'] });
    await expect(start).rejects.toThrow(/redis-server ended[^]*maxmemory/);
  });

  it('does not take another server on the wanted port for its own', async () => {
    const { server } = await startWithClient();
    await expect(RedisServer.start({ port: server.port })).rejects.toThrow(/Address already in use/);
  });
});
