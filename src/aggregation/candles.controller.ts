import { Controller, Get, Param, Query, StandardSchemaValidationPipe, UsePipes } from '@nestjs/common';
import { z } from 'zod';
import { PathTextPipe } from '../http/path-text.pipe.js';
import { limit, oneOf } from '../http/query.js';
import { CandleStore } from './candle.store.js';
import { symbolOf } from './symbol-of.js';
import { TIME_FRAMES } from '../market/time-frame.js';

const candlesQuery = z.object({ frame: oneOf(TIME_FRAMES, '1m'), limit: limit(60) });

@Controller('candles')
@UsePipes(StandardSchemaValidationPipe)
export class CandlesController {
  constructor(private readonly store: CandleStore) {}

  /** The newest candles of a symbol, newest first. */
  @Get(':symbol')
  async latest(
    @Param('symbol', PathTextPipe) text: string,
    @Query({ schema: candlesQuery }) { frame, limit }: z.infer<typeof candlesQuery>,
  ) {
    const symbol = symbolOf(text);
    return { symbol, frame, candles: await this.store.latest(symbol, frame, limit) };
  }
}
