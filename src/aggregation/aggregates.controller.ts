import {
  Controller,
  Get,
  NotFoundException,
  Param,
  Query,
  StandardSchemaValidationPipe,
  UsePipes,
} from '@nestjs/common';
import { z } from 'zod';
import { PathTextPipe } from '../http/path-text.pipe.js';
import { limit } from '../http/query.js';
import { AggregatesReader } from './aggregates.reader.js';
import { symbolOf } from './symbol-of.js';

const historyQuery = z.object({ limit: limit(120) });

@Controller()
@UsePipes(StandardSchemaValidationPipe)
export class AggregatesController {
  constructor(private readonly reader: AggregatesReader) {}

  /** Spread, depth and imbalance of the order book, at most five seconds old while the market trades. */
  @Get('depth/:symbol')
  async depth(@Param('symbol', PathTextPipe) text: string) {
    const symbol = symbolOf(text);
    const depth = await this.reader.depth(symbol);
    if (depth) return depth;
    throw new NotFoundException(`There is no depth of ${symbol} yet.`);
  }

  /** How the crowd was positioned in the last hour, newest first, and what a contrarian does. */
  @Get('sentiment/:symbol')
  async sentiment(
    @Param('symbol', PathTextPipe) text: string,
    @Query({ schema: historyQuery }) { limit }: z.infer<typeof historyQuery>,
  ) {
    const symbol = symbolOf(text);
    const history = await this.reader.sentiment(symbol, limit);
    return { symbol, signal: history[0]?.signal ?? 'neutral', history };
  }
}
