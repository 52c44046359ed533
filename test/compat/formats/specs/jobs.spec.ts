import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule, noData } from 'nestjs-background-jobs';
import { JobsClient } from 'nestjs-background-jobs/client';

@BackgroundJob('prices')
@Injectable()
class PricesJob {
  items() {
    return ['AAPL', 'MSFT'];
  }

  async process(symbol: string) {
    return symbol === 'AAPL' ? undefined : noData;
  }
}

const open = { canActivate: () => true };

describe('nestjs-background-jobs', () => {
  it.each([
    ['in memory', {}],
    ['on BullMQ', { redis: process.env['REDIS_URL'] }],
  ])('works a job off %s, which its client sees', async (_where, options) => {
    const testing = await Test.createTestingModule({
      imports: [BackgroundJobsModule.forRoot({ http: { guard: open }, ...options })],
      providers: [PricesJob],
    }).compile();
    const app = testing.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    const { job } = await app.get(BackgroundJobs).submit(PricesJob, {});
    const client = new JobsClient({ baseUrl: `${await app.getUrl()}/jobs` });
    expect(await client.waitForCompletion(job.id)).toMatchObject({ status: 'completed' });
    await app.close();
  });
});
