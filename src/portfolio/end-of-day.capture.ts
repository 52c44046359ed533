import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { type Iteration, LeaderElected } from 'nestjs-background-services';
import { ClosingCaptures } from './closing-captures.js';

/** Captures every account at the close of the market: at 16:00 in New York, also of a day that closed at 13:00. */
@Injectable()
@LeaderElected('portfolio:end_of_day:leader', { misfire: 'fire-once', onInterrupted: 'rerun' })
export class EndOfDayCapture {
  constructor(private readonly captures: ClosingCaptures) {}

  @Cron('0 16 * * 1-5', { name: 'end-of-day-capture', timeZone: 'America/New_York' })
  async capture(iteration: Iteration): Promise<void> {
    const days = await this.captures.captureMissed(iteration);
    iteration.logger.log(days.length > 0 ? `Captured ${days.join(', ')}` : 'No trading day has ended');
  }
}
