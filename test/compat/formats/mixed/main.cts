// A CommonJS app, part of which is an ES module; both use the libraries. COPY=cjs gives this part a copy of its own, as tools do that know
// no `module-sync`. REGISTER=twice registers the module in both parts.
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { dirname, join } from 'node:path';
import type { Iteration } from 'nestjs-background-services';

const { COPY, REDIS_URL: redis, REGISTER } = process.env;

const services: typeof import('nestjs-background-services') = load('nestjs-background-services');
const jobs: typeof import('nestjs-background-jobs') = load('nestjs-background-jobs');

function load(name: string) {
  if (COPY !== 'cjs') return require(name);
  return require(join(dirname(require.resolve(`${name}/package.json`)), 'dist/cjs/index.js'));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

@Injectable()
class InCommonJs {
  // The schedule stands above the election: it comes later.
  @Interval('in-commonjs', 100)
  @services.LeaderElected('mixed:leader')
  update(iteration?: Iteration): void {
    say(`commonjs ${iteration?.number} ${services.currentIteration()?.number}`);
  }
}

@Injectable()
class ServiceInCommonJs extends services.BackgroundService {
  readonly serviceName = 'service-in-commonjs';
  override readonly leaseKey = 'mixed:leader';
  override readonly schedule = { every: 100 };

  processIteration({ number }: Iteration): void {
    if (this.isRunning()) say(`service ${number} ${number}`);
  }
}

@jobs.BackgroundJob('in-commonjs')
@Injectable()
class JobInCommonJs {
  items() {
    return ['one'];
  }

  async process() {
    say('job in-commonjs');
    return jobs.noData;
  }
}

async function main(): Promise<void> {
  const part = await import('./part.mjs');
  say(`one copy: ${part.services.LeaderElected === services.LeaderElected}`);
  const registrations = [
    part.register(redis),
    ...(REGISTER === 'twice' ? [services.BackgroundServicesModule.forRoot({ redis })] : []),
  ];
  class AppModule {}
  Module({
    imports: [ScheduleModule.forRoot(), ...registrations, part.jobs.BackgroundJobsModule.forRoot({ redis })],
    providers: [InCommonJs, ServiceInCommonJs, JobInCommonJs, part.InEsm, part.JobInEsm],
  })(AppModule);
  const app = await NestFactory.create(AppModule, { abortOnError: false });
  app.enableShutdownHooks();
  await app.init();
  say('booted');
  const backgroundJobs = app.get(part.jobs.BackgroundJobs);
  const submitted = [
    await backgroundJobs.submit(JobInCommonJs, {}),
    await backgroundJobs.submit(part.JobInEsm, {}),
  ];
  for (const { job } of submitted) {
    for await (const { state } of backgroundJobs.events(job.id)) if (state === 'completed') break;
    const { entries } = await backgroundJobs.items(job.id);
    say(`completed ${job.type} ${JSON.stringify(entries)}`);
  }
}

main().catch((error: unknown) => {
  say(String(error));
  process.exit(1);
});
