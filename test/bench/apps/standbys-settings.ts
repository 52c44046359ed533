/** What `standbys.ts` is told. */
export interface StandbysSettings {
  readonly redis: string;
  /** Apps in this process, each with its own connections. */
  readonly replicas: number;
  readonly keys: number;
}

export type StandbysEvent =
  | { readonly event: 'booted' }
  | Attempt
  /** When a release was sent that was then confirmed. */
  | { readonly event: 'released'; readonly at: number };

/** A try of some keys in one round trip, sent at `at`. */
export interface Attempt {
  readonly event: 'attempt';
  readonly at: number;
  readonly replica: string;
  readonly keys: number;
  /** How many of them it got. */
  readonly acquired: number;
  readonly answered: number;
}
