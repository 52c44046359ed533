import { type INestApplication, Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  LeaderElected,
} from 'nestjs-background-services';
import { FleetStatus, type FleetWarning } from 'nestjs-background-services/fleet';
import { systemClock } from 'nestjs-background-services/store';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onCleanUp } from '../../support/deferred-cleanup.js';
import { until } from '../../support/until.js';
import { KEY } from './replica.js';

@LeaderElected(KEY)
@Injectable()
class Prices {
  @Interval('prices', 60_000) update() {}
}

/** What health says of the lease store. */
export interface StoreBody {
  readonly state: string;
  readonly reason?: string;
  readonly error?: string;
  readonly warnings?: readonly {
    readonly kind: string;
    readonly since: string;
    readonly reason: string;
    readonly cure: string;
  }[];
}

/** An app that answers for its health over HTTP, whose log is kept, and whose clock can be put forward. */
export class Host {
  readonly warned: string[] = [];
  /** By how much its clock is put forward, ms. */
  ahead = 0;
  #app: INestApplication | undefined;

  static async start(redis: string, { exposeErrors = false } = {}): Promise<Host> {
    const host = new Host();
    await host.#boot(redis, exposeErrors);
    return host;
  }

  get id(): string {
    return this.#app!.get(BackgroundServiceManager).instanceId;
  }

  get leads(): boolean {
    return this.#app!.get(BackgroundServiceManager).isLeader(KEY);
  }

  async health(): Promise<{ readonly status: number; readonly store: StoreBody }> {
    const { port } = (this.#app!.getHttpServer() as Server).address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/health/background`);
    const body = (await response.json()) as { details: { background: { store: StoreBody } } };
    return { status: response.status, store: body.details.background.store };
  }

  view() {
    return this.#app!.get(FleetStatus).viewAnew();
  }

  /** Waits for a warning of the fleet's view. */
  shows(kind: FleetWarning['kind']): Promise<FleetWarning> {
    const find = async () => (await this.view()).warnings.find((warning) => warning.kind === kind);
    return until(find, { what: `a warning of the kind ${kind}` }) as Promise<FleetWarning>;
  }

  async #boot(redis: string, exposeErrors: boolean): Promise<void> {
    const warn = (text: unknown) => void this.warned.push(String(text));
    const clock = { ...systemClock, monotonic: () => performance.now() + this.ahead };
    const health = exposeErrors ? { exposeErrors, guard: { canActivate: () => true } } : {};
    class AppModule {}
    const app = await NestFactory.create(
      {
        module: AppModule,
        imports: [BackgroundServicesModule.forRoot({ redis, clock, health, lease: { ttl: 3_000 } })],
        providers: [Prices],
      },
      { logger: { log: () => undefined, error: warn, warn }, abortOnError: false },
    );
    onCleanUp(() => app.close());
    await app.listen(0, '127.0.0.1');
    this.#app = app;
  }
}
