import { type AddressInfo } from 'node:net';
import { type INestApplication, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { explainStartError } from './explain-start-error.js';

const logger = new Logger('MarketData');

async function start(): Promise<void> {
  // Imported here, because an invalid environment is an error of this import that is to be told in plain words.
  const { AppModule } = await import('./app.module.js');
  const { env } = await import('./config/env.js');
  const { serveApiDocs } = await import('./http/api-docs.js');

  const app = await NestFactory.create(AppModule, { abortOnError: false });
  app.enableShutdownHooks();
  serveApiDocs(app);
  try {
    await app.listen(env.PORT);
  } catch (error) {
    await app.close();
    throw error;
  }
  announce(app, env.REDIS_URL === undefined);
}

function announce(app: INestApplication, alone: boolean): void {
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  const pages = ['health/background', 'portfolio/demo', 'candles/AAPL', 'quotes', 'api/docs'];
  for (const page of pages) logger.log(`Open http://localhost:${port}/${page}`);
  if (alone) {
    logger.log('REDIS_URL is not set: this runs as a single process, with leadership in memory');
  }
}

start().catch((error: unknown) => {
  logger.error(explainStartError(error));
  // Whatever was opened before the failure would keep the process alive.
  process.exit(1);
});
