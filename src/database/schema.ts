import { bigint, date, numeric, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { type TimeFrame } from '../aggregation/time-frame.js';
import { type MarketSymbol } from '../market/symbols.js';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const money = (name: string) => numeric(name, { precision: 18, scale: 2, mode: 'number' });
const price = (name: string) => numeric(name, { precision: 18, scale: 4, mode: 'number' });

/** A token is at most a clock in milliseconds and a bit: a JavaScript number holds it exactly. */
const fencingToken = () => bigint('fencing_token', { mode: 'number' }).notNull();

/** The highest fencing token that ever wrote under a lease: see `FencedWriter`. */
export const fences = pgTable('fences', {
  resource: text('resource').primaryKey(),
  token: bigint('token', { mode: 'number' }).notNull(),
});

export const accounts = pgTable('accounts', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  cash: money('cash').notNull(),
});

export const positions = pgTable(
  'positions',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    symbol: text('symbol').$type<MarketSymbol>().notNull(),
    quantity: price('quantity').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.symbol] })],
);

/** What an account was worth during the day. */
export const valuations = pgTable(
  'valuations',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    at: instant('at').notNull(),
    value: money('value').notNull(),
    fencingToken: fencingToken(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.at] })],
);

/** What an account was worth when the market closed: one row an account and trading day. */
export const dailyCaptures = pgTable(
  'daily_captures',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    day: date('day', { mode: 'string' }).notNull(),
    value: money('value').notNull(),
    capturedAt: instant('captured_at').notNull(),
    fencingToken: fencingToken(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.day] })],
);

export const candles = pgTable(
  'candles',
  {
    symbol: text('symbol').$type<MarketSymbol>().notNull(),
    frame: text('frame').$type<TimeFrame>().notNull(),
    start: instant('start').notNull(),
    open: price('open').notNull(),
    high: price('high').notNull(),
    low: price('low').notNull(),
    close: price('close').notNull(),
    fencingToken: fencingToken(),
  },
  (table) => [primaryKey({ columns: [table.symbol, table.frame, table.start] })],
);

/** Migrations that have run here. */
export const migrations = pgTable('migrations', {
  id: text('id').primaryKey(),
  appliedAt: instant('applied_at').notNull().defaultNow(),
});
