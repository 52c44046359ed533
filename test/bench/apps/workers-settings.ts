/** What `workers.ts` is told. Milliseconds. */
export interface WorkersSettings {
  /**
   * Who drives the workers: nobody, bare `setInterval`, `@Interval` of @nestjs/schedule on its own, or `@Interval` with `@LeaderElected`.
   */
  readonly driver: 'none' | 'timers' | 'schedule' | 'elected';
  /** How many methods are workers. */
  readonly workers: number;
  /** How many of them are driven. @default all */
  readonly driven?: number;
  readonly every: number;
  /** For `elected`: one lease for all, or one for each. */
  readonly keys?: 'one' | 'each';
  readonly redis?: string;
  /** What is imported. @default 'nestjs-background-services' */
  readonly library?: string;
  /** Reports a sample after every so many iterations. */
  readonly sampleEvery?: number;
}

export type WorkersEvent =
  /** From before the app's modules were loaded to the end of its boot. */
  | { readonly event: 'booted'; readonly took: number }
  /** Everything is led and driven. */
  | { readonly event: 'running' }
  | Sample;

/** Totals since the start of the process, asked for by SIGUSR2. */
export interface Sample {
  readonly event: 'sample';
  readonly at: number;
  readonly iterations: number;
  /** Milliseconds in which the event loop was not waiting; on a busy machine also those in which it was not given a processor. */
  readonly active: number;
  /** Milliseconds that the thread of the event loop was on a processor; `active` where the system does not tell. */
  readonly mainThread: number;
  /** Milliseconds of processor time of all threads: the collector's, the compiler's. */
  readonly allThreads: number;
  /** Bytes in use after a garbage collection, array buffers included; 0 without `--expose-gc`. */
  readonly heap: number;
}
