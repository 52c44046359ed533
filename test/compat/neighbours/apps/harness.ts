import 'reflect-metadata';
import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { BackgroundServicesModule, type BackgroundServicesOptions } from 'nestjs-background-services';

/** The lease of everything that is elected in these apps. */
export const KEY = 'neighbour:leader';

/** One line for the test, which counts them by their first words. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export const port = Number(process.env['PORT']);

/** The module as a user imports it, with a lease that the test can take away and give back quickly. */
export function background(options: BackgroundServicesOptions = {}): DynamicModule {
  return BackgroundServicesModule.forRoot({
    redis: process.env['REDIS_URL'] as string,
    lease: { ttl: 3_000, renewInterval: 500, retryInterval: 500 },
    ...options,
  });
}

export async function serve(
  app: INestApplicationContext & { listen(port: number, host: string): Promise<unknown> },
): Promise<void> {
  app.enableShutdownHooks();
  await app.listen(port, '127.0.0.1');
  say('listening');
}
