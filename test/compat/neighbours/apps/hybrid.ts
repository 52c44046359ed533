import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { serve } from './harness.js';
import { JobsModule } from './jobs.js';

void NestFactory.create(JobsModule).then(async (app) => {
  app.connectMicroservice({ transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as never);
  await app.startAllMicroservices();
  await serve(app);
});
