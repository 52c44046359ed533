import {
  bigint,
  boolean,
  date,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { type TimeFrame } from '../market/time-frame.js';
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

/** What became of an account since the trading day before: one row an account and captured day. */
export const dailySnapshots = pgTable(
  'daily_snapshots',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    day: date('day', { mode: 'string' }).notNull(),
    value: money('value').notNull(),
    /** `null`: nothing was captured before. */
    change: money('change'),
    takenAt: instant('taken_at').notNull(),
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

/** What is aggregated; `enabled` is an operator's to change, and is heeded within five minutes. */
export const aggregatedSymbols = pgTable('aggregated_symbols', {
  symbol: text('symbol').primaryKey(),
  enabled: boolean('enabled').notNull().default(true),
});

/** The newest depth of market of each symbol. */
export const marketDepths = pgTable('market_depths', {
  symbol: text('symbol').$type<MarketSymbol>().primaryKey(),
  at: instant('at').notNull(),
  spread: price('spread').notNull(),
  bidDepth: integer('bid_depth').notNull(),
  askDepth: integer('ask_depth').notNull(),
  imbalance: price('imbalance').notNull(),
  fencingToken: fencingToken(),
});

/** How the crowd was positioned, for the last hour. */
export const sentiments = pgTable(
  'sentiments',
  {
    symbol: text('symbol').$type<MarketSymbol>().notNull(),
    at: instant('at').notNull(),
    ratio: price('ratio').notNull(),
    signal: text('signal').$type<'buy' | 'neutral' | 'sell'>().notNull(),
    fencingToken: fencingToken(),
  },
  (table) => [primaryKey({ columns: [table.symbol, table.at] })],
);

/** Connections that the ticker streams over. */
export const tickerAccounts = pgTable('ticker_accounts', { id: text('id').primaryKey() });

/** What the ticker streams, in the order in which it was subscribed to. */
export const tickerSubscriptions = pgTable('ticker_subscriptions', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  instrument: text('instrument').notNull().unique(),
  active: boolean('active').notNull().default(true),
  /** Of an inactive one. */
  deactivatedBecause: text('deactivated_because').$type<'unknown' | 'expired'>(),
  deactivatedAt: instant('deactivated_at'),
  fencingToken: bigint('fencing_token', { mode: 'number' }),
});

/** Daily bars that an account was given at its start. */
export const tickerDailyBars = pgTable(
  'ticker_daily_bars',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => tickerAccounts.id),
    symbol: text('symbol').$type<MarketSymbol>().notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    open: price('open').notNull(),
    high: price('high').notNull(),
    low: price('low').notNull(),
    close: price('close').notNull(),
    fencingToken: fencingToken(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.symbol, table.day] })],
);

/** How far the history of an account is: written in one transaction with the bars. */
export const tickerHistory = pgTable('ticker_history', {
  accountId: text('account_id')
    .primaryKey()
    .references(() => tickerAccounts.id),
  nextDay: date('next_day', { mode: 'string' }).notNull(),
  lastDay: date('last_day', { mode: 'string' }).notNull(),
  doneDays: integer('done_days').notNull().default(0),
  totalDays: integer('total_days').notNull(),
  failures: integer('failures').notNull().default(0),
  lastError: text('last_error'),
  completedAt: instant('completed_at'),
  fencingToken: fencingToken(),
});

/** What each replica tells the others of its part of the ticker. */
export const tickerReplicas = pgTable('ticker_replicas', {
  replica: text('replica').primaryKey(),
  reportedAt: instant('reported_at').notNull(),
  report: jsonb('report').$type<object>().notNull(),
});

/** When somebody last asked all replicas to reload the ticker's subscriptions: one row. */
export const tickerReloads = pgTable('ticker_reloads', {
  id: integer('id').primaryKey(),
  askedAt: instant('asked_at').notNull(),
});

/** Migrations that have run here. */
export const migrations = pgTable('migrations', {
  id: text('id').primaryKey(),
  appliedAt: instant('applied_at').notNull().defaultNow(),
});
