import { Agent, type IncomingMessage, get, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { onCleanUp, cleanUpAll } from '../../test/support/deferred-cleanup.js';
import { until } from '../../test/support/until.js';
import { HttpModule } from './http.module.js';

@Controller()
class Greeter {
  static waiting: (() => void)[] = [];

  @Get()
  greet() {
    return 'hello';
  }

  @Get('slow')
  async greetLate() {
    await new Promise<void>((resolve) => Greeter.waiting.push(resolve));
    return 'hello at last';
  }
}

/** Longer than any of these tests. */
const NEVER = 600_000;

describe('HttpConnections', () => {
  let port: number;
  let server: Server;

  afterEach(cleanUpAll);

  async function start(HTTP_DRAIN: number): Promise<INestApplication> {
    const config = ConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: true,
      load: [() => ({ HTTP_DRAIN, KEEP_ALIVE_TIMEOUT: NEVER })],
    });
    const module = await Test.createTestingModule({
      imports: [config, HttpModule],
      controllers: [Greeter],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    server = app.getHttpServer() as Server;
    onCleanUp(() => {
      server.closeAllConnections();
      server.close();
    });
    ({ port } = server.address() as AddressInfo);
    return app;
  }

  /** One connection, kept open between requests. */
  function proxy(): Agent {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onCleanUp(() => agent.destroy());
    return agent;
  }

  const ask = (agent: Agent, path = '/'): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get({ port, host: '127.0.0.1', path, agent }, (answer) => {
        answer.resume().once('end', () => resolve(answer));
      }).once('error', reject);
    });

  it('keeps idle connections for as long as it is told', async () => {
    await start(0);
    expect(server.keepAliveTimeout).toBe(NEVER);
    expect((await ask(proxy())).headers.connection).toBe('keep-alive');
  });

  it('refuses new connections first, serves those that exist, and asks for their end', async () => {
    const app = await start(NEVER);
    const [busy, idle] = [proxy(), proxy()];
    await Promise.all([ask(busy), ask(idle)]);
    const closed = app.close();
    await until(() => !server.listening, { what: 'the end of the listener' });

    await expect(ask(proxy())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const answer = await ask(busy);
    expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close']);

    // The proxy closes what it does not use; then there is nothing left to wait for.
    idle.destroy();
    await closed;
  });

  it('closes what the proxy leaves open, when the time is over', async () => {
    const app = await start(50);
    await ask(proxy());
    await app.close();
    expect(await connections()).toBe(0);
  });

  it('closes idle connections at once with nothing in front of it', async () => {
    const app = await start(0);
    await ask(proxy());
    await app.close();
    expect(await connections()).toBe(0);
  });

  it.each([0, 50])(
    'ends with the last answer, whoever keeps its connection (HTTP_DRAIN=%d)',
    async (drain) => {
      const app = await start(drain);
      const answer = ask(proxy(), '/slow');
      await until(() => Greeter.waiting.length, { what: 'a request that is being answered' });
      const closed = app.close();
      await until(() => !server.listening, { what: 'the end of the listener' });
      Greeter.waiting.pop()!();
      expect((await answer).statusCode).toBe(200);
      await closed;
      expect(await connections()).toBe(0);
    },
  );

  it('has nothing to end in an app that does not listen', async () => {
    const app = await start(NEVER);
    await new Promise((ended) => server.close(ended));
    await app.close();
  });

  const connections = (): Promise<number> =>
    new Promise((resolve, reject) => {
      server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
});
