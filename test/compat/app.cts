// The main file of a CommonJS app on Nest 11, as most apps in the field are. The test compiles it in a folder of its own.
import 'reflect-metadata';
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, Interval, ScheduleModule, Timeout } from '@nestjs/schedule';
import {
  BackgroundServicesModule,
  currentIteration,
  type Iteration,
  LeaderElected,
} from 'nestjs-background-services';
import { BackgroundTestingKit } from 'nestjs-background-services/testing';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

@Injectable()
@LeaderElected('compat:leader', { immediate: true })
class Elected {
  @Interval('elected-interval', 100)
  update(iteration: Iteration): void {
    say(`elected interval ${iteration.number}, token ${iteration.fencingToken}`);
  }

  @Cron('* * * * * *', { name: 'elected-cron', timeZone: 'America/New_York' })
  everySecond(): void {
    say(`elected cron in ${currentIteration()?.worker}`);
  }

  @Timeout('elected-timeout', 50)
  once(): void {
    say('elected timeout');
  }
}

@Injectable()
class Plain {
  @Interval('plain-interval', 100)
  update(): void {
    say('plain interval');
  }
}

@Injectable()
class Broken implements OnModuleInit {
  onModuleInit(): void {
    if (process.env['BOOT'] === 'fails') throw new Error('no database');
  }
}

@Module({
  imports: [
    ScheduleModule.forRoot(),
    BackgroundServicesModule.forRootAsync({
      useFactory: () => ({
        redis: process.env['REDIS_URL'] as string,
        lease: { ttl: 3_000 },
        heartbeat: process.env['HEARTBEAT'] === 'thread' ? 'thread' : 'in-process',
      }),
    }),
  ],
  providers: [Elected, Plain, Broken],
})
class AppModule {}

async function main(): Promise<void> {
  say(`testing kit at ${new BackgroundTestingKit(0).clock.wall()}`);
  const app = await NestFactory.create(AppModule, { abortOnError: false });
  app.enableShutdownHooks();
  try {
    await app.listen(Number(process.env['PORT']), '127.0.0.1');
    say('listening');
  } catch (error) {
    say(`boot failed: ${(error as Error).message}`);
    await app.close();
    say('closed');
  }
}

main().catch((error: unknown) => {
  say(String(error));
  process.exitCode = 1;
});
