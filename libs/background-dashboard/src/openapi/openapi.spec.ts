import { afterEach, expect, it } from '@jest/globals';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { bootDashboard, closeApps, yes } from '../spec-support/boot-dashboard.js';

afterEach(closeApps);

it('The app’s OpenAPI document describes the API, and leaves the page out', async () => {
  const app = await bootDashboard({ guard: yes, page: false });
  const { paths } = SwaggerModule.createDocument(app, new DocumentBuilder().build());
  const described = Object.keys(paths).filter((path) => path.startsWith('/background'));
  expect(described).toHaveLength(21);
  expect(paths['/background/api/workers/{name}/pause']?.post).toMatchObject({
    summary: 'Lets no iteration of a worker start, on any replica',
    tags: ['Background workers'],
    requestBody: { content: { 'application/json': { schema: { required: ['why'] } } } },
  });
  expect(Object.keys(paths['/background/api/keys/{key}/disable']?.post?.responses ?? {})).toEqual(
    expect.arrayContaining(['200', '202', '400', '403', '404', '409', '415', '503']),
  );
  expect(paths['/background/api/stream']?.get?.summary).toMatch(/server-sent events/);
});
