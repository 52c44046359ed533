import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { until } from '../../../../test/support/until.js';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule } from '../index.js';
import { JobStreams } from './job-streams.js';
import { LongPolls } from './long-polls.js';

@BackgroundJob('wait')
class Wait {
  items() {
    return ['a'];
  }
  async process() {}
}

@Module({
  providers: [Wait],
  imports: [
    BackgroundJobsModule.forRoot({
      concurrency: 0,
      http: { guard: { canActivate: () => true }, maxLongPolls: 2, maxStreams: 2 },
    }),
  ],
})
class AppModule {}

describe('Bounds of clients that wait', () => {
  let app: INestApplication;
  let url: string;
  beforeEach(async () => {
    app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/jobs`;
  });
  afterEach(() => app.close());

  it.each([
    ['long polls', '', () => app.get(LongPolls).size],
    ['streams', '/events', () => app.get(JobStreams).size],
  ])('refuse further %s with 503 and Retry-After, until one has left', async (_, path, size) => {
    const { job } = await app.get(BackgroundJobs).submit('wait', {});
    const leave = new AbortController();
    const ask = (signal?: AbortSignal) =>
      fetch(`${url}/${job.id}${path}`, { headers: { prefer: 'wait=50' }, ...(signal ? { signal } : {}) });
    const waiting = [ask(leave.signal), ask(leave.signal)].map((answer) => answer.catch(() => undefined));
    await until(size, { what: 'two to wait', satisfies: (count) => count === 2 });
    const refused = await ask();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toMatchObject({ code: 'BGJ_TOO_MANY_CLIENTS' });
    expect((await fetch(`${url}/${job.id}`)).status).toBe(200);
    leave.abort();
    await Promise.all(waiting);
    await until(size, { what: 'both to be gone', satisfies: (count) => count === 0 });
  });

  it('do not refuse a job that is submitted: its client is answered at once', async () => {
    const submit = () =>
      fetch(`${url}/wait`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'wait=50' },
        body: '{}',
      });
    const waiting = [submit(), submit()];
    await until(() => app.get(LongPolls).size, { what: 'two to wait', satisfies: (count) => count === 2 });
    const third = await submit();
    expect(third.status).toBe(202);
    await app.close();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([202, 202]);
  });
});
