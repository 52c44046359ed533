import { z } from 'zod';
import { received } from '../http/query.js';
import { isMarketSymbol, SYMBOLS } from '../market/symbols.js';
import { FIRST_DAY } from '../market/trading-calendar.js';

const MOST_YEARS = 10;

const root = z
  .string({ error: ({ input }) => `expected a symbol (${SYMBOLS.join(', ')}), ${received(input)}` })
  .toUpperCase()
  .refine(isMarketSymbol, {
    error: ({ input }) => `expected ${SYMBOLS.join(', ')}, ${received(input)}`,
  });

const day = z.iso
  .date({ error: ({ input }) => `expected a day as YYYY-MM-DD, ${received(input)}` })
  .refine((text) => text >= FIRST_DAY, {
    error: ({ input }) => `expected ${FIRST_DAY} or later, ${received(input)}`,
  });

/** What is asked for: the chains of one underlying on all trading days from the first to the last day, both included. */
export const optionHistoryRequest = z
  .strictObject({
    root,
    startDate: day,
    endDate: day,
    /** Fetches what is there already, too. */
    forceRefresh: z
      .boolean({ error: ({ input }) => `expected true or false, ${received(input)}` })
      .default(false),
  })
  .refine(({ startDate, endDate }) => startDate <= endDate, {
    path: ['endDate'],
    error: 'expected startDate or a later day',
  })
  .refine(({ startDate, endDate }) => endDate < yearsAfter(startDate, MOST_YEARS), {
    path: ['endDate'],
    error: `expected less than ${MOST_YEARS} years after startDate`,
  });

export type OptionHistoryRequest = z.infer<typeof optionHistoryRequest>;

/** The same as JSON Schema, for the API's document: what a client sends. */
export const optionHistorySchema = {
  type: 'object',
  required: ['root', 'startDate', 'endDate'],
  additionalProperties: false,
  properties: {
    root: { type: 'string', enum: [...SYMBOLS] },
    startDate: { type: 'string', format: 'date', description: `${FIRST_DAY} or later` },
    endDate: { type: 'string', format: 'date', description: `Less than ${MOST_YEARS} years after startDate` },
    forceRefresh: { type: 'boolean', default: false, description: 'Fetches what is there already, too' },
  },
};

function yearsAfter(day: string, years: number): string {
  return `${Number(day.slice(0, 4)) + years}${day.slice(4)}`;
}
