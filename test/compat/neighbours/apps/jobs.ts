import { Injectable, Module } from '@nestjs/common';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { LeaderElected } from 'nestjs-background-services';
import { background, KEY, say } from './harness.js';

@Injectable()
@LeaderElected(KEY)
class Elected {
  @Interval('elected', 100) update(): void {
    say('elected');
  }
}

@Injectable()
class Plain {
  @Interval('plain', 100) update(): void {
    say('plain');
  }
}

/** The jobs of the apps that differ in what they are started as. */
@Module({ imports: [ScheduleModule.forRoot(), background()], providers: [Elected, Plain] })
export class JobsModule {}
