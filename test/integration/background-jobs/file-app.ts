// A process with jobs in a file: node --import typescript.mjs file-app.ts <file> <how many jobs> <size of a request>. It writes a line for each answer.
import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule } from 'nestjs-background-jobs';

const [file = '', count = '0', size = '0'] = process.argv.slice(2);

@BackgroundJob('idle', { maxPending: 1_000_000 })
class Idle {
  items(): readonly string[] {
    return [];
  }
  async process(): Promise<void> {
    // There is nothing to do.
  }
}

@Module({ providers: [Idle], imports: [BackgroundJobsModule.forRoot({ file, concurrency: 0 })] })
class AppModule {}

// Else a limit of the file's size would end the process.
process.on('SIGXFSZ', () => undefined);
try {
  const app = await NestFactory.createApplicationContext(AppModule, {
    abortOnError: false,
    logger: ['error'],
  });
  const jobs = app.get(BackgroundJobs);
  console.log(`up ${process.pid}`);
  for (let i = 0; i < Number(count); i += 1) {
    const began = performance.now();
    try {
      const { job } = await jobs.submit('idle', { text: 'x'.repeat(Number(size)) });
      console.log(`accepted ${job.id} ${Math.round(performance.now() - began)}`);
    } catch (error) {
      console.log(`refused ${(error as { code: string }).code} ${(error as Error).message}`);
    }
  }
  console.log('done');
} catch (error) {
  console.log(`not up ${(error as { code: string }).code} ${(error as Error).message}`);
  process.exitCode = 1;
}
