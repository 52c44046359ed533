import { afterEach, expect, it } from '@jest/globals';
import { get } from 'node:http';
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
