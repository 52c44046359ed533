import { NestFactory } from '@nestjs/core';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  type BackgroundServicesOptions,
} from 'nestjs-background-services';
import { onCleanUp } from '../../support/deferred-cleanup.js';

/** Milliseconds. */
export const TTL = 3_000;
const TICK = 25;

export interface Start {
  readonly replica: string;
  readonly key: string;
  readonly token: number;
  readonly at: number;
}

/** What all replicas of a test did, in the order in which it happened. */
export type Starts = Start[];

/** A whole app with a worker for each of the keys, that writes its starts down. */
export async function startReplica(
  name: string,
  options: Pick<BackgroundServicesOptions, 'redis' | 'waitReplicas' | 'lease'>,
  starts: Starts,
  keys: readonly string[] = ['orders:leader'],
): Promise<BackgroundServiceManager> {
  const module = BackgroundServicesModule.forRoot({
    lease: { ttl: TTL },
    ...options,
    instanceId: name,
    health: false,
  });
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  onCleanUp(() => app.close());
  const manager = app.get(BackgroundServiceManager);
  for (const key of keys) {
    manager.register({
      name: `tick:${key}`,
      key,
      schedule: { every: TICK },
      run: ({ fencingToken: token }) =>
        void starts.push({ replica: name, key, token, at: performance.now() }),
    });
  }
  return manager;
}

/** Starts under an older token after one under a newer one: what a fence refuses. */
export function staleStarts(starts: Starts): Starts {
  const newest = new Map<string, number>();
  return starts.filter(({ key, token }) => {
    const last = newest.get(key) ?? 0;
    newest.set(key, Math.max(last, token));
    return token < last;
  });
}
