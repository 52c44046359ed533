/** What this replica wants of the worker; only a started one runs. */
export type WorkerMode = 'started' | 'paused' | 'stopped';

/** What is known of a worker before anybody counts what it does. The replica's card carries it as it is. */
export interface WorkerOutline {
  readonly name: string;
  readonly key: string;
  /** In words, e.g. `every 1000 ms`. */
  readonly schedule: string;
  /** Milliseconds between two runs, where there is such a thing. */
  readonly period: number | undefined;
  readonly mode: WorkerMode;
}
