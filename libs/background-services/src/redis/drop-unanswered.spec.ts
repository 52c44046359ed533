import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Cluster, Redis } from 'ioredis';
import { dropUnanswered } from './drop-unanswered.js';

const LIMIT = 400;
const TIMEOUT = new Error('Command timed out');

/** A connection as far as it is looked at. */
class Connection extends EventEmitter {
  status = 'ready';
  drops = 0;
  readonly sendCommand = ({ promise }: { readonly promise: Promise<unknown> }) => promise;

  disconnect(): void {
    this.drops += 1;
  }
}

describe('dropUnanswered()', () => {
  let time: number;
  let connection: Connection;

  beforeEach(() => {
    time = 0;
    connection = new Connection();
    dropUnanswered(connection as unknown as Redis, { limit: LIMIT, now: () => time });
  });

  /** Commands that are sent at once, and end after so many milliseconds. */
  async function command(duration: number, end: Promise<unknown>, count = 1): Promise<void> {
    let settle: () => void = () => undefined;
    const promise = new Promise<void>((resolve) => (settle = resolve)).then(() => end);
    const send = () => connection.sendCommand({ promise }).catch(() => undefined);
    const sent = Array.from({ length: count }, send);
    time += duration;
    settle();
    await Promise.all(sent);
    await new Promise(setImmediate);
  }

  const late = () => command(200, Promise.reject(TIMEOUT));

  it('makes the connection anew after the limit, counted from the first command without an answer', async () => {
    await late();
    expect(connection.drops).toBe(0);
    await late();
    expect(connection.drops).toBe(1);
    await late();
    expect(connection.drops).toBe(1);
  });

  it.each([
    ['an answer', () => command(1, Promise.resolve('OK'))],
    ['an error that the server answers', () => command(1, Promise.reject(new Error('LOADING')))],
    ['a new connection', async () => void connection.emit('connect')],
  ])('counts anew after %s', async (_, event) => {
    await late();
    await event();
    await late();
    expect(connection.drops).toBe(0);
  });

  it('leaves a connection alone that is being made', async () => {
    connection.status = 'connecting';
    for (let i = 0; i < 5; i += 1) await late();
    expect(connection.drops).toBe(0);
  });

  it('leaves a connection alone whose answers could not be read, because the event loop stood still', async () => {
    await command(5 * LIMIT, Promise.reject(TIMEOUT), 2);
    expect(connection.drops).toBe(0);
    await command(1, Promise.resolve('OK'));
    await command(5 * LIMIT, Promise.reject(TIMEOUT));
    expect(connection.drops).toBe(0);
    await late();
    expect(connection.drops).toBe(1);
  });

  it('looks at each node of a cluster by itself', async () => {
    const cluster = Object.assign(new EventEmitter(), { isCluster: true });
    dropUnanswered(cluster as unknown as Cluster, { limit: LIMIT, now: () => time });
    connection = new Connection();
    cluster.emit('+node', connection);
    await late();
    await late();
    expect(connection.drops).toBe(1);
  });
});
