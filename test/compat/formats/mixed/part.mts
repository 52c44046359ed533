// The ES module of the mixed app.
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import * as jobs from 'nestjs-background-jobs';
import * as services from 'nestjs-background-services';

export { jobs, services };

export const register = (redis: string | undefined) => services.BackgroundServicesModule.forRoot({ redis });

@Injectable()
@services.LeaderElected('mixed:leader')
export class InEsm {
  constructor(private readonly manager: services.BackgroundServiceManager) {}

  @Interval('in-esm', 100) update(iteration?: services.Iteration): void {
    if (this.manager.isLeader('mixed:leader'))
      process.stdout.write(`esm ${iteration?.number} ${services.currentIteration()?.number}\n`);
  }
}

@jobs.BackgroundJob('in-esm')
@Injectable()
export class JobInEsm {
  items() {
    return ['one'];
  }

  async process() {
    process.stdout.write('job in-esm\n');
    return jobs.noData;
  }
}
