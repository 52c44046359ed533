import { Controller, HttpCode, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { BackgroundServicesModule } from 'nestjs-background-services';
import { RedisLeaseStore } from 'nestjs-background-services/store';
import { ObservedLeaseStore } from '../../support/observed-lease-store.js';
import { machineTime } from '../machine-clock.js';
import { SeededRandom } from '../seeded-random.js';
import { Bookkeeper, RANDOM } from './bookkeeper.js';
import { ReplicaJournal } from './journal.js';
import { Registers } from './registers.js';
import { DRAIN_TIMEOUT, type ReplicaSettings } from './settings.js';

/* One replica of the chaos runs: a Nest app as a user would write it, but that its lease store is watched. */

const settings = JSON.parse(process.env['REPLICA'] ?? '{}') as ReplicaSettings;
const { timing } = settings;
const journal = new ReplicaJournal(settings);
const registers = new Registers(settings.database, settings.fleet);
const redis = new RedisLeaseStore({ redis: settings.redis, commandTimeout: timing.ttl / 10 });
const store = new ObservedLeaseStore(redis, machineTime, journal.command);

@Controller()
class FaultsController {
  /** Blocks the event loop, once the answer is on its way. */
  @Post('block/:duration')
  @HttpCode(202)
  block(@Param('duration') duration: string): void {
    setImmediate(() => journal.block(Number(duration)));
  }
}

@Module({
  imports: [
    ScheduleModule.forRoot(),
    BackgroundServicesModule.forRoot({
      store,
      instanceId: settings.process,
      lease: timing,
      shutdown: { drainTimeout: DRAIN_TIMEOUT },
    }),
  ],
  controllers: [FaultsController],
  providers: [
    Bookkeeper,
    { provide: ReplicaJournal, useValue: journal },
    { provide: Registers, useValue: registers },
    { provide: RANDOM, useValue: new SeededRandom(settings.seed) },
  ],
})
class ReplicaModule {}

const app = await NestFactory.create(ReplicaModule, { logger: ['log', 'error', 'warn'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
journal.write({ event: 'up' });
console.log(`port ${new URL(await app.getUrl()).port}`);
