import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule } from 'nestjs-background-jobs';
import { until } from '../../../../test/support/until.js';
import { bootDashboard, closeApps, get, no, post, yes } from '../spec-support/boot-dashboard.js';

const API = '/background/api';
const ABSENT = '01890000-0000-7000-8000-000000000000';

describe('Jobs in the dashboard', () => {
  let app: INestApplication;
  let open: () => void;

  beforeEach(async () => {
    const gate = new Promise<void>((resolve) => (open = resolve));

    @BackgroundJob('gated', { retries: { attempts: 1 } })
    class Gated {
      items() {
        return ['good', '<img src=x onerror=alert(1)>'];
      }
      async process(item: string) {
        await gate;
        if (item !== 'good') throw new Error('<b>no</b>');
      }
    }
    app = await bootDashboard(
      { guard: yes, page: false },
      { imports: [BackgroundJobsModule.forRoot({})], providers: [Gated] },
    );
  });
  afterEach(closeApps);

  async function submit(): Promise<string> {
    return (await app.get(BackgroundJobs).submit('gated', { secret: 1 })).job.id;
  }

  const ended = (id: string) =>
    until(() => get(app, `${API}/jobs`), {
      what: 'the job to end',
      satisfies: ({ text }) => text.includes(id) && !/"(running|pending)"/.test(text),
    });

  it('are listed without their requests, with what failed', async () => {
    expect(await get(app, `${API}/access`)).toMatchObject({ body: { jobs: true } });
    const id = await submit();
    open();
    const { text, body } = await ended(id);
    expect(body).toMatchObject({
      jobs: [{ id, type: 'gated', state: 'completed', counts: { total: 2, completed: 1, failed: 1 } }],
    });
    expect(text).not.toContain('secret');
    expect(await get(app, `${API}/jobs/${id}/failed`)).toMatchObject({
      status: 200,
      type: 'application/json; charset=utf-8',
      body: { items: [{ key: '<img src=x onerror=alert(1)>', error: expect.stringContaining('<b>no</b>') }] },
    });
  });

  it('are cancelled and tried again, which the audit list keeps', async () => {
    const id = await submit();
    expect(await post(app, `${API}/jobs/${id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'BGJ_JOB_ACTIVE' },
    });
    expect(await post(app, `${API}/jobs/${id}/cancel`)).toMatchObject({
      status: 200,
      body: { action: 'jobs:cancel', target: id, by: 'tester', why: 'a test', outcome: 'done' },
    });
    open();
    expect((await ended(id)).text).toContain('"cancelled"');
    expect(await post(app, `${API}/jobs/${id}/retry`)).toMatchObject({ status: 200 });
    await ended(id);
    expect(await get(app, `${API}/audit`)).toMatchObject({
      body: [
        { action: 'jobs:retry', outcome: 'done' },
        { action: 'jobs:cancel', outcome: 'done' },
        { action: 'jobs:retry', outcome: 'refused' },
      ],
    });
  });

  it.each([
    ['an order without a reason', 'cancel', {}, 400, 'BGS_INVALID_ORDER'],
    ['a job that is not there', 'cancel', undefined, 410, 'BGJ_JOB_GONE'],
  ])('answer %s', async (_what, act, body, status, code) => {
    expect(await post(app, `${API}/jobs/${ABSENT}/${act}`, body)).toMatchObject({ status, body: { code } });
  });

  it('answer what is no id', async () => {
    expect(await post(app, `${API}/jobs/x/cancel`)).toMatchObject({
      status: 400,
      body: { code: 'BGJ_INVALID_REQUEST' },
    });
    expect(await get(app, `${API}/jobs/x/failed`)).toMatchObject({ status: 400 });
  });

  it('change nothing for an order without a reason', async () => {
    const id = await submit();
    expect(await post(app, `${API}/jobs/${id}/cancel`, {})).toMatchObject({ status: 400 });
    open();
    expect((await ended(id)).text).toContain('"completed"');
  });
});

describe('An app without jobs', () => {
  afterEach(closeApps);

  it('says so', async () => {
    const app = await bootDashboard({ guard: yes, page: false });
    expect(await get(app, `${API}/access`)).toMatchObject({ body: { jobs: false } });
    expect(await get(app, `${API}/jobs`)).toMatchObject({
      status: 404,
      body: { code: 'BGS_DASHBOARD_NO_JOBS' },
    });
  });
});

it.each([
  ['looking', { read: no, act: yes }, 403, 403],
  ['acting', { read: yes, act: no }, 404, 403],
])('A guard keeps everybody from %s', async (_what, guards, read, act) => {
  const app = await bootDashboard({ guards, page: false });
  expect((await get(app, `${API}/jobs`)).status).toBe(read);
  expect((await post(app, `${API}/jobs/${ABSENT}/cancel`)).status).toBe(act);
  await closeApps();
});
