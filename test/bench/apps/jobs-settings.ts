export interface JobsSettings {
  readonly redis: string;
  /** Items of one job at a time. */
  readonly concurrency: number;
  /** How long an item takes, ms. */
  readonly itemTime: number;
}

export type JobsEvent =
  | { readonly event: 'up'; readonly url: string }
  | {
      readonly event: 'sample';
      /** Bytes after a garbage collection: heap and array buffers. */
      readonly heap: number;
      /** Resident, bytes. */
      readonly resident: number;
    };
