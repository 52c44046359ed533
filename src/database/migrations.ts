export interface Migration {
  readonly id: string;
  /** One SQL statement each; all of them and the record of the migration commit together. */
  readonly statements: readonly string[];
}

/** Oldest first. A migration that has been released is never edited: add one. */
export const MIGRATIONS: readonly Migration[] = [
  {
    id: '0001-market-data',
    statements: [
      `CREATE TABLE IF NOT EXISTS fences (
         resource text PRIMARY KEY,
         token    bigint NOT NULL
       )`,
      `CREATE TABLE IF NOT EXISTS accounts (
         id   text PRIMARY KEY,
         name text NOT NULL,
         cash numeric(18, 2) NOT NULL
       )`,
      `CREATE TABLE IF NOT EXISTS positions (
         account_id text NOT NULL REFERENCES accounts (id),
         symbol     text NOT NULL,
         quantity   numeric(18, 4) NOT NULL,
         PRIMARY KEY (account_id, symbol)
       )`,
      `CREATE TABLE IF NOT EXISTS valuations (
         account_id    text NOT NULL REFERENCES accounts (id),
         at            timestamptz NOT NULL,
         value         numeric(18, 2) NOT NULL,
         fencing_token bigint NOT NULL,
         PRIMARY KEY (account_id, at)
       )`,
      `CREATE TABLE IF NOT EXISTS daily_captures (
         account_id    text NOT NULL REFERENCES accounts (id),
         day           date NOT NULL,
         value         numeric(18, 2) NOT NULL,
         captured_at   timestamptz NOT NULL,
         fencing_token bigint NOT NULL,
         PRIMARY KEY (account_id, day)
       )`,
      `CREATE TABLE IF NOT EXISTS candles (
         symbol        text NOT NULL,
         frame         text NOT NULL,
         start         timestamptz NOT NULL,
         open          numeric(18, 4) NOT NULL,
         high          numeric(18, 4) NOT NULL,
         low           numeric(18, 4) NOT NULL,
         close         numeric(18, 4) NOT NULL,
         fencing_token bigint NOT NULL,
         PRIMARY KEY (symbol, frame, start)
       )`,
    ],
  },
  {
    id: '0002-ticker',
    statements: [
      `CREATE TABLE ticker_accounts (
         id text PRIMARY KEY
       )`,
      `CREATE TABLE ticker_subscriptions (
         id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         instrument          text NOT NULL UNIQUE,
         active              boolean NOT NULL DEFAULT true,
         deactivated_because text,
         deactivated_at      timestamptz,
         fencing_token       bigint
       )`,
      'CREATE INDEX ticker_subscriptions_active ON ticker_subscriptions (id) WHERE active',
      `CREATE TABLE ticker_daily_bars (
         account_id    text NOT NULL REFERENCES ticker_accounts (id),
         symbol        text NOT NULL,
         day           date NOT NULL,
         open          numeric(18, 4) NOT NULL,
         high          numeric(18, 4) NOT NULL,
         low           numeric(18, 4) NOT NULL,
         close         numeric(18, 4) NOT NULL,
         fencing_token bigint NOT NULL,
         PRIMARY KEY (account_id, symbol, day)
       )`,
      `CREATE TABLE ticker_history (
         account_id    text PRIMARY KEY REFERENCES ticker_accounts (id),
         next_day      date NOT NULL,
         last_day      date NOT NULL,
         done_days     integer NOT NULL DEFAULT 0,
         total_days    integer NOT NULL,
         failures      integer NOT NULL DEFAULT 0,
         last_error    text,
         completed_at  timestamptz,
         fencing_token bigint NOT NULL
       )`,
    ],
  },
  {
    id: '0003-daily-snapshots',
    statements: [
      `CREATE TABLE daily_snapshots (
         account_id    text NOT NULL REFERENCES accounts (id),
         day           date NOT NULL,
         value         numeric(18, 2) NOT NULL,
         change        numeric(18, 2),
         taken_at      timestamptz NOT NULL,
         fencing_token bigint NOT NULL,
         PRIMARY KEY (account_id, day)
       )`,
    ],
  },
  {
    id: '0004-aggregation',
    statements: [
      `CREATE TABLE aggregated_symbols (
         symbol  text PRIMARY KEY,
         enabled boolean NOT NULL DEFAULT true
       )`,
      `INSERT INTO aggregated_symbols (symbol)
       VALUES ('AAPL'), ('MSFT'), ('GOOG'), ('AMZN'), ('IBM'), ('SPX')`,
      `CREATE TABLE market_depths (
         symbol        text PRIMARY KEY,
         at            timestamptz NOT NULL,
         spread        numeric(18, 4) NOT NULL,
         bid_depth     integer NOT NULL,
         ask_depth     integer NOT NULL,
         imbalance     numeric(18, 4) NOT NULL,
         fencing_token bigint NOT NULL
       )`,
      `CREATE TABLE sentiments (
         symbol        text NOT NULL,
         at            timestamptz NOT NULL,
         ratio         numeric(18, 4) NOT NULL,
         signal        text NOT NULL,
         fencing_token bigint NOT NULL,
         PRIMARY KEY (symbol, at)
       )`,
    ],
  },
  {
    id: '0005-ticker-replicas',
    statements: [
      `CREATE TABLE ticker_replicas (
         replica     text PRIMARY KEY,
         reported_at timestamptz NOT NULL,
         report      jsonb NOT NULL
       )`,
      `CREATE TABLE ticker_reloads (
         id       integer PRIMARY KEY,
         asked_at timestamptz NOT NULL
       )`,
    ],
  },
];
