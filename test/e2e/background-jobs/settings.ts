/** What a replica is told, as JSON in the environment variable REPLICA. */
export interface JobsReplicaSettings {
  readonly redis: string;
  /** Items of one job at a time. */
  readonly concurrency: number;
  /** How long an item takes, ms. */
  readonly itemTime: number;
}

/** The Redis key of how many items may be left behind so far. */
export const ALLOWED = 'allowed-items';

/** What it says on stdout, as JSON: one line an item, when it begins and when it has left its result. */
export type JobsReplicaEvent =
  | { readonly event: 'up'; readonly url: string }
  | { readonly event: 'began' | 'left'; readonly item: string };
