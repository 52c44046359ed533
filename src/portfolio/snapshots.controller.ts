import { Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { BackgroundServiceManager } from 'nestjs-background-services';
import { runNow } from '../http/run-now.js';
import { RequiresApiKey } from '../security/requires-api-key.js';
import { DAILY_SNAPSHOT } from './daily-snapshot.service.js';
import { ValuationHistory } from './valuation-history.js';

@Controller('portfolio/snapshots')
export class SnapshotsController {
  constructor(
    private readonly manager: BackgroundServiceManager,
    private readonly history: ValuationHistory,
  ) {}

  /** Captures now what days were missed. Only the leader can: another replica answers 409 and names it. */
  @Post()
  @HttpCode(HttpStatus.OK)
  @RequiresApiKey()
  async capture() {
    await runNow(this.manager, DAILY_SNAPSHOT);
    return { capturedThrough: Object.fromEntries(await this.history.lastCapturedDays()) };
  }
}
