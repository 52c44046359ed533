import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { serve } from './harness.js';
import { JobsModule } from './jobs.js';

void NestFactory.create(JobsModule, new FastifyAdapter() as never).then(serve);
