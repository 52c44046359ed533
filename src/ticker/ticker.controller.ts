import {
  ConflictException,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Post,
  Query,
  ServiceUnavailableException,
  StandardSchemaValidationPipe,
  UsePipes,
} from '@nestjs/common';
import { z } from 'zod';
import { oneOf } from '../http/query.js';
import { RequiresApiKey } from '../security/requires-api-key.js';
import { type Told } from './replicas/replica-report.js';
import { TickerFleet } from './replicas/ticker-fleet.js';
import {
  NotStreamingError,
  ReloadPendingError,
  ReloadQueueFullError,
} from './subscriptions/reload.errors.js';
import { type Reconciliation } from './subscriptions/subscription-reconciler.js';
import { TickerStatus } from './ticker-status.js';

const reloadQuery = z.object({ wait: oneOf(['true', 'false'], 'true') });

@Controller('ticker')
@UsePipes(StandardSchemaValidationPipe)
export class TickerController {
  constructor(
    private readonly status: TickerStatus,
    private readonly fleet: TickerFleet,
  ) {}

  @Get('status')
  read() {
    return this.status.read();
  }

  /**
   * Reloads the subscriptions, whichever replica is asked. With `wait=true` it is answered when what was committed before is streamed by all replicas, with
   * `wait=false` at once.
   */
  @Post('reload')
  @HttpCode(HttpStatus.OK)
  @RequiresApiKey()
  async reload(
    @Query({ schema: reloadQuery }) { wait }: z.infer<typeof reloadQuery>,
  ): Promise<Told<Reconciliation> | { readonly asked: readonly string[] }> {
    try {
      return wait === 'true' ? await this.fleet.reload() : { asked: await this.fleet.reloadSoon() };
    } catch (error) {
      throw toHttpError(error);
    }
  }
}

function toHttpError(error: unknown): unknown {
  if (error instanceof NotStreamingError) {
    const { code, message } = error;
    return new ConflictException({ code, message });
  }
  if (error instanceof ReloadQueueFullError || error instanceof ReloadPendingError) {
    const { code, message } = error;
    return new ServiceUnavailableException({ code, message });
  }
  return error;
}
