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
import { FleetControl } from 'nestjs-background-services/fleet';
import { z } from 'zod';
import { oneOf } from '../http/query.js';
import { RequiresApiKey } from '../security/requires-api-key.js';
import { NotStreamingError, ReloadQueueFullError } from './subscriptions/reload.errors.js';
import { type Reconciliation, SubscriptionReconciler } from './subscriptions/subscription-reconciler.js';
import { TICKER_RECONCILIATION } from './ticker.loop.js';
import { TickerStatus } from './ticker-status.js';

const reloadQuery = z.object({ wait: oneOf(['true', 'false'], 'true') });

@Controller('ticker')
@UsePipes(StandardSchemaValidationPipe)
export class TickerController {
  constructor(
    private readonly status: TickerStatus,
    private readonly reconciler: SubscriptionReconciler,
    private readonly fleet: FleetControl,
  ) {}

  @Get('status')
  read() {
    return this.status.read();
  }

  /**
   * Reloads the subscriptions. With `wait=true` on the leader, and answered when what was committed before is streamed; another replica answers 409
   * and names the leader. With `wait=false` on any replica, and answered at once.
   */
  @Post('reload')
  @HttpCode(HttpStatus.OK)
  @RequiresApiKey()
  async reload(
    @Query({ schema: reloadQuery }) { wait }: z.infer<typeof reloadQuery>,
  ): Promise<Reconciliation | { readonly asked: string }> {
    try {
      if (wait === 'true') return await this.reconciler.reload();
      return { asked: await this.reloadSoon() };
    } catch (error) {
      throw this.toHttpError(error);
    }
  }

  /** @returns who reloads */
  private async reloadSoon(): Promise<string> {
    if (this.reconciler.isStreaming) {
      this.reconciler.reloadSoon();
    } else {
      const reason = { by: 'POST /ticker/reload', why: 'the subscriptions have changed' };
      const { outcome, detail } = await this.fleet.trigger(TICKER_RECONCILIATION, reason);
      if (outcome === 'refused') throw new ServiceUnavailableException(`Nobody could be asked: ${detail}.`);
    }
    return this.status.leader ?? 'the leader';
  }

  private toHttpError(error: unknown): unknown {
    if (error instanceof NotStreamingError) {
      const { code, message } = error;
      return new ConflictException({ code, message, leader: this.status.leader ?? null });
    }
    if (error instanceof ReloadQueueFullError) {
      return new ServiceUnavailableException({ code: error.code, message: error.message });
    }
    return error;
  }
}
