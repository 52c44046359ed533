import { afterEach, describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { fromPortable, toPortable, unportableFields } from './portable-target.js';

const clients: (Redis | Cluster)[] = [];

function client<Client extends Redis | Cluster>(made: Client): Client {
  clients.push(made);
  return made;
}

afterEach(() => {
  for (const made of clients.splice(0)) made.disconnect();
});

describe('A Redis target for another thread', () => {
  it.each([
    ['a URL', () => 'redis://user:secret@127.0.0.1:7000/2'],
    ['options', () => ({ host: '127.0.0.1', port: 7000, db: 2, username: 'user', password: 'secret' })],
    ['a client', () => client(new Redis('redis://user:secret@127.0.0.1:7000/2', { lazyConnect: true }))],
  ])('can be sent when it is %s', (_what, make) => {
    const target = make();
    expect(unportableFields(target)).toEqual([]);
    const arrived = fromPortable(structuredClone(toPortable(target)));
    const { host, port, db, username, password } =
      typeof arrived === 'string'
        ? client(new Redis(arrived, { lazyConnect: true })).options
        : (arrived as Redis['options']);
    expect({ host, port, db, username, password }).toEqual({
      host: '127.0.0.1',
      port: 7000,
      db: 2,
      username: 'user',
      password: 'secret',
    });
  });

  it('can be sent when it is a cluster', () => {
    const options = {
      lazyConnect: true,
      keyPrefix: 'app:',
      redisOptions: { password: 'secret', retryStrategy: () => 1 },
    };
    const target = client(new Cluster([{ host: '127.0.0.1', port: 7000 }], options));
    expect(unportableFields(target)).toEqual([]);
    const arrived = client(fromPortable(structuredClone(toPortable(target))) as Cluster);
    expect(arrived.status).toBe('wait');
    expect(arrived.options).toMatchObject({ keyPrefix: 'app:', redisOptions: { password: 'secret' } });
    expect(arrived).toMatchObject({ startupNodes: [{ host: '127.0.0.1', port: 7000 }] });
  });

  it('leaves out how often to try again, which the thread decides itself', () => {
    expect(toPortable({ port: 1, retryStrategy: () => 5, reconnectOnError: () => true })).toEqual({
      kind: 'single',
      redis: { port: 1 },
    });
  });

  it('is refused by the names of what would get lost', () => {
    const options = { tls: { checkServerIdentity: () => undefined }, port: 1 };
    expect(unportableFields(options)).toEqual(['tls']);
    const dnsLookup = (address: string, callback: (error: null, address: string) => void) =>
      callback(null, address);
    expect(unportableFields(client(new Cluster([{ port: 1 }], { lazyConnect: true, dnsLookup })))).toEqual([
      'dnsLookup',
    ]);
  });
});
