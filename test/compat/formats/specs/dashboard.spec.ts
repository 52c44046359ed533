import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { BackgroundDashboardModule } from 'nestjs-background-dashboard';
import { BackgroundJobsModule } from 'nestjs-background-jobs';
import { BackgroundServicesModule, LeaderElected } from 'nestjs-background-services';

@Injectable()
@LeaderElected('prices:leader')
class Prices {
  @Interval('prices', 3_600_000) update() {}
}

const open = { canActivate: () => true };

describe('nestjs-background-dashboard', () => {
  it('shows the fleet, its jobs and the page', async () => {
    const testing = await Test.createTestingModule({
      imports: [
        BackgroundServicesModule.forRoot({}),
        BackgroundJobsModule.forRoot({}),
        BackgroundDashboardModule.forRoot({ guard: open }),
      ],
      providers: [Prices],
    }).compile();
    const app = testing.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    const get = async (path: string) => (await fetch(`${await app.getUrl()}/background${path}`)).text();
    expect(await get('/api/fleet')).toContain('"prices"');
    expect(await get('/api/jobs')).toContain('"jobs"');
    const page = await get('/');
    expect(page).toContain('Background workers');
    const [script] = /page-\w+\.js/.exec(page) ?? [];
    expect((await get(`/assets/${script}`)).length).toBeGreaterThan(10_000);
    await app.close();
  });
});
