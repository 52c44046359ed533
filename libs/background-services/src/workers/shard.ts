/** The part of the work that one run is about. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}
