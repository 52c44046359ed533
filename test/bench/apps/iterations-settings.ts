/** What `iterations.ts` is told. */
export interface IterationsSettings {
  /** What is imported. @default 'nestjs-background-services' */
  readonly library?: string;
  readonly batch: number;
  readonly batches: number;
}

/** Medians, µs a call. */
export interface IterationsEvent {
  readonly event: 'measured';
  readonly bare: number;
  readonly iteration: number;
}
