/** What `health.ts` is told. */
export interface HealthSettings {
  readonly redis: string;
  /** How many workers, each with a key of its own. */
  readonly workers: number;
  /** The library's package, or the file of another build of it. */
  readonly library: string;
}

export type HealthEvent =
  /** Everything is led. */
  | { readonly event: 'running'; readonly port: number }
  /** Milliseconds of processor time of all threads since the start, asked for by SIGUSR2. */
  | { readonly event: 'sample'; readonly processor: number };
