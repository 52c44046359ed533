/** What `shards.ts` is told. */
export interface ShardsSettings {
  readonly redis: string;
  /** How many apps run in this process, each with its own connections. */
  readonly replicas: number;
  /** The number of its first replica in the fleet, from 0, and how many the fleet has. */
  readonly first: number;
  readonly fleet: number;
  /** `shards`: one worker with so many shards. `leases`: so many workers, each with a lease of its own. */
  readonly kind: 'shards' | 'leases';
  readonly count: number;
  /** Interval, ms. */
  readonly every: number;
  /** It finds everything led, and waits for that. @default false */
  readonly isStandby?: boolean;
  /** Rounds of arithmetic in each run. @default 0 */
  readonly burn?: number;
  /** What to import. @default this build */
  readonly library?: string;
}

export type ShardsEvent =
  /** Each replica leads its share, or has been told that it is a standby. */
  | { readonly event: 'leading' }
  /** Since the start; SIGUSR2 asks for it. */
  | {
      readonly event: 'counts';
      readonly runs: number;
      /** How many shards or leases each replica leads now. */
      readonly led: readonly number[];
      readonly lost: number;
      /** Of this process, ms. */
      readonly cpu: number;
    };
