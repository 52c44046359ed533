import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { port, say } from './harness.js';
import { JobsModule } from './jobs.js';

void NestFactory.createMicroservice(JobsModule, {
  transport: Transport.TCP,
  options: { host: '127.0.0.1', port },
} as never).then(async (app) => {
  app.enableShutdownHooks();
  await app.listen();
  say('listening');
});
