import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { BackgroundEvents } from 'nestjs-background-services';
import { type Environment } from '../config/environment.js';

/**
 * With `LOG_ITERATIONS=true` one line of JSON for every iteration that ended on this replica. The lines of all replicas, sorted by
 * `startedAt`, show each gap and each duplicate of a worker: the runbook tells how to search them.
 */
@Injectable()
export class IterationLog implements OnModuleInit {
  private readonly logger = new Logger('Iterations');

  constructor(
    private readonly events: BackgroundEvents,
    private readonly config: ConfigService<Environment, true>,
  ) {}

  onModuleInit(): void {
    if (!this.config.get('LOG_ITERATIONS', { infer: true })) return;
    this.events.on('iteration-finished', (event) => {
      const { worker, key, token, scheduledAt, startedAt, duration, result, instanceId } = event;
      this.logger.log(
        JSON.stringify({
          worker,
          key,
          token,
          scheduledAt,
          startedAt,
          duration,
          result,
          replica: instanceId,
        }),
      );
    });
  }
}
