import type { FleetKey, FleetWorker } from 'nestjs-background-services/fleet';

/** Of `GET api/workers/:name`. */
export interface WorkerBody {
  readonly asOf: Date;
  /** `false`: the store does not answer, and this is what was known when it last did. */
  readonly current: boolean;
  readonly worker: FleetWorker;
  /** The lease it runs under. */
  readonly key: FleetKey;
}

/** Of `GET api/access`. */
export interface AccessBody {
  /** Whether whoever asks may act. */
  readonly act: boolean;
  /** Who that is, as the app says; `null`: it says nothing of that, and whoever acts gives a name. */
  readonly by: string | null;
  /** Whether the app has background jobs. */
  readonly jobs: boolean;
}
