import { Module } from '@nestjs/common';
import { Command, CommandFactory, CommandRunner } from 'nest-commander';
import { BackgroundServiceManager } from 'nestjs-background-services';
import { say } from './harness.js';
import { JobsModule } from './jobs.js';

/** A command of the app beside its workers: `BACKGROUND_SERVICES_ENABLED=false` keeps it from becoming a leader. */
@Command({ name: 'report', options: { isDefault: true } })
class ReportCommand extends CommandRunner {
  constructor(private readonly manager: BackgroundServiceManager) {
    super();
  }

  async run(): Promise<void> {
    say(`workers ${this.manager.list().length}`);
    say('reported');
  }
}

@Module({ imports: [JobsModule], providers: [ReportCommand] })
class CommandModule {}

void CommandFactory.run(CommandModule, ['error', 'warn']);
