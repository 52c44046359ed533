export interface TickerSettings {
  readonly contracts: number;
  /** URL of the Redis of the leases. */
  readonly leases: string;
  /** URL of the Redis that is published to. */
  readonly data: string;
}

export type TickerEvent =
  | { readonly event: 'running'; readonly port: number }
  | {
      readonly event: 'sample';
      /** Ms since the epoch. */
      readonly at: number;
      /** Bytes after a garbage collection. */
      readonly heap: number;
      /** Of the event loop since the sample before, 99th percentile, ms. */
      readonly lag: number;
      readonly snapshots: number;
      readonly ticks: number;
      readonly reloads: number;
      readonly refused: number;
      readonly published: number;
      readonly dropped: number;
      readonly openings: number;
      readonly breaker: string;
    };
