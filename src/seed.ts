import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { explainStartError } from './explain-start-error.js';

const logger = new Logger('Seed');

async function seed(): Promise<void> {
  // Imported here, because an invalid environment is an error of this import that is to be told in plain words.
  const { SeedModule } = await import('./seed/seed.module.js');
  const { Past } = await import('./seed/past.js');

  const app = await NestFactory.createApplicationContext(SeedModule, {
    abortOnError: false,
    logger: ['log', 'warn', 'error'],
  });
  try {
    const { captures, candles, sentiments } = await app.get(Past).add();
    logger.log(
      `Added ${captures} days of accounts, ${candles} minutes of candles, ${sentiments} looks at the crowd`,
    );
  } finally {
    await app.close();
  }
}

seed().catch((error: unknown) => {
  logger.error(explainStartError(error));
  process.exit(1);
});
