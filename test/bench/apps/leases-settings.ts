/** What `leases.ts` is told. */
export interface LeasesSettings {
  readonly redis: string;
  /** How many workers, each with a lease of its own. */
  readonly leases: number;
  /** ms */
  readonly ttl: number;
}

export type LeasesEvent =
  /** Everything is led. */
  | { readonly event: 'leading' }
  /** Leases that were lost since the start, asked for by SIGUSR2. */
  | { readonly event: 'lost'; readonly count: number };
