import { afterEach, expect, it } from '@jest/globals';
import { get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { until } from '../../../test/support/until.js';
import { bootDashboard, closeApps, yes } from './spec-support/boot-dashboard.js';

afterEach(closeApps);

it.each(['express', 'fastify'] as const)('On %s an app with an open stream closes', async (adapter) => {
  const app = await bootDashboard({ guard: yes, page: false }, { adapter });
  let text = '';
  let ended = false;
  get(`${await app.getUrl()}/background/api/stream`, (response) => {
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    response.on('end', () => (ended = true));
  });
  await until(() => text.includes('event: fleet'), { what: 'a view' });
  expect(text).toContain('"key":"prices:leader"');
  await app.close();
  await until(() => ended, { what: 'the end of the stream' });
});

it.each(['express', 'fastify'] as const)(
  'On %s further streams are answered 503 with Retry-After, until one has left',
  async (adapter) => {
    const app = await bootDashboard({ guard: yes, page: false, maxClients: 1 }, { adapter });
    const url = `${await app.getUrl()}/background/api/stream`;
    const ask = () => new Promise<IncomingMessage>((answered) => get(url, { agent: false }, answered));
    const first = await ask();
    expect(first.statusCode).toBe(200);
    const second = await ask();
    expect(second.statusCode).toBe(503);
    expect(second.headers['retry-after']).toBe('5');
    expect(await json(second)).toMatchObject({ code: 'BGS_DASHBOARD_TOO_MANY_CLIENTS', status: 503 });
    first.destroy();
    const isIn = async () => {
      const third = await ask();
      third.destroy();
      return third.statusCode === 200;
    };
    await until(isIn, { what: 'a place to be free' });
  },
);
