import { NestFactory } from '@nestjs/core';
import { say } from './harness.js';
import { JobsModule } from './jobs.js';

void NestFactory.createApplicationContext(JobsModule).then((app) => {
  app.enableShutdownHooks();
  say('listening');
});
