import { Injectable, Module, type OnModuleInit, SetMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { DiscoveryModule, DiscoveryService } from '@golevelup/nestjs-discovery';
import { LeaderElected } from 'nestjs-background-services';
import { background, KEY, say, serve } from './harness.js';

const MARK = 'mark-of-the-app';

@Injectable()
class Elected {
  @SetMetadata(MARK, 'above')
  @LeaderElected(KEY)
  @Interval('above', 100)
  above(): void {
    say('elected above');
  }

  @Interval('below', 100)
  @LeaderElected(KEY)
  @SetMetadata(MARK, 'below')
  below(): void {
    say('elected below');
  }
}

@Injectable()
class Plain implements OnModuleInit {
  constructor(private readonly discovery: DiscoveryService) {}

  async onModuleInit(): Promise<void> {
    for (const { meta, discoveredMethod } of await this.discovery.providerMethodsWithMetaAtKey(MARK))
      say(`found ${String(meta)} on ${discoveredMethod.methodName}`);
  }

  @Interval('plain', 100)
  update(): void {
    say('plain');
  }
}

@Module({
  imports: [DiscoveryModule, ScheduleModule.forRoot(), background()],
  providers: [Elected, Plain],
})
class AppModule {}

void NestFactory.create(AppModule).then(serve);
