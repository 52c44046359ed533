import type { Problem } from 'nestjs-background-http-kit';
import type { FinalState, Item, ItemOutcome, ItemStatus, Job, JobState, ListedItem } from '../model/index.js';

/** A job to be created. */
export interface NewJob {
  readonly id: string;
  readonly type: string;
  readonly request: unknown;
  readonly createdAt: number;
  readonly idempotency?: IdempotencyClaim;
  /** Most pending jobs of the type at a time; `undefined`: no bound. */
  readonly maxPending: number | undefined;
}

/** What an `Idempotency-Key` stands for. */
export interface IdempotencyClaim {
  /** Within `scope`, 1 to 255 characters. */
  readonly key: string;
  /** Who asks, so that two clients with one key never see each other's job. */
  readonly scope: string;
  /** Digest of type and request: the same key with another one is a mistake of the client. */
  readonly fingerprint: string;
  /** How long the key is remembered, ms. */
  readonly retention: number;
}

export type CreateReply =
  | { readonly outcome: 'created'; readonly job: Job }
  /** The key was used for the same request before: that job, as it is now. */
  | { readonly outcome: 'replayed'; readonly job: Job }
  /** The key was used for another request. */
  | { readonly outcome: 'mismatch'; readonly id: string }
  /** Too many of the type are pending. */
  | { readonly outcome: 'full'; readonly pending: number };

/** Which jobs, and how many of them at a time. */
export interface JobQuery {
  readonly type?: string;
  readonly states?: readonly JobState[];
  /** From an earlier page; `undefined`: the newest first page. */
  readonly cursor?: string;
  /** 1 to 200. */
  readonly limit: number;
}

/** Which items of a job, and how many of them at a time. */
export interface ItemQuery {
  readonly status?: ItemStatus;
  readonly cursor?: string;
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** `undefined`: that was the last page. */
  readonly next: string | undefined;
}

/** How a run ends a job. */
export interface JobEnd {
  readonly state: FinalState;
  /** Of a failed one. */
  readonly error: Problem | null;
}

/** What a run starts from. */
export interface Run {
  readonly job: Job;
  readonly run: number;
  /** Not settled yet, in the order they were listed. `undefined`: the items have not been listed. */
  readonly pending: readonly ListedItem[] | undefined;
}

/** `lost`: a newer run has taken the job up, or it is over; whoever reads it stops. */
export type RunReply = Job | 'lost';

/** How far a run got: what of a job changes with its items. */
export type Progress = Pick<Job, 'counts' | 'percentage' | 'revision' | 'cancelRequestedAt'>;

/** Something happened to a job. Hints: they may be lost or doubled, so nobody relies on them alone. */
export interface JobNotice {
  readonly id: string;
  readonly revision: number;
  /** Somebody asked for its end. */
  readonly cancel: boolean;
  /** In a final state. */
  readonly final: boolean;
}

/**
 * Where jobs and the ledger of their items are kept. The ledger is the truth: counts, percentage, what is left to do and what to retry follow
 * from it. What changes the state of a job is atomic. What a store cannot do throws `JobStoreError`; a job or an item that cannot be read is shown as
 * unreadable, and keeps nobody from the others.
 */
export interface JobStore {
  /** Whether jobs outlive the process. */
  readonly durable: boolean;
  /** Why it cannot be used at present, with what to do about it; `undefined`: it can, as far as it knows. */
  readonly trouble?: string | undefined;

  create(job: NewJob): Promise<CreateReply>;

  /** `undefined`: unknown, or past its retention. */
  get(id: string): Promise<Job | undefined>;

  /** Newest first. */
  list(query: JobQuery): Promise<Page<Job>>;

  /** In the order they were listed. `undefined`: no such job. */
  items(id: string, query: ItemQuery): Promise<Page<Item> | undefined>;

  /**
   * A replica takes the job up: `running`, with the next `run`; what an older run writes is refused from here on. `'over'`: it is in a final
   * state, or its end was asked for while nobody ran it (then it is `cancelled` by this call). `'unknown'`: no such job.
   */
  begin(id: string, at: number): Promise<Run | 'over' | 'unknown'>;

  /** The run lists the items. Those that an earlier run has settled stay settled. */
  listItems(id: string, run: number, items: readonly ListedItem[], at: number): Promise<RunReply>;

  /** Settles one item, once: of an item that is settled already nothing changes. Returns after the store has it. Nobody is told: see `announce`. */
  settle(id: string, run: number, key: string, outcome: ItemOutcome, at: number): Promise<Progress | 'lost'>;

  /** Tells whoever listens that the job got on. */
  announce(id: string): Promise<void>;

  /** A running job ends. `completed` and `failed` keep their ledger until the retention is over. */
  finish(id: string, run: number, end: JobEnd, at: number): Promise<RunReply>;

  /** A run gives the job back unfinished (drain): `pending` again; nothing of its ledger changes. */
  yield(id: string, run: number, at: number): Promise<RunReply>;

  /**
   * Asks for the end of a job. A pending one is `cancelled` at once; a running one as soon as its run has stopped. Of one that is over nothing
   * changes. `undefined`: no such job.
   */
  requestCancel(id: string, at: number): Promise<Job | undefined>;

  /**
   * Puts the failed items (of a cancelled or failed job also the pending ones) back to pending, and the job to `pending`. `'nothing'`: there is
   * none. `'active'`: it is not over. `undefined`: no such job.
   */
  retryFailed(id: string, at: number): Promise<Job | 'nothing' | 'active' | undefined>;

  /** Removes what is past its retention, if the store does not do so by itself. */
  expire(now: number): Promise<void>;

  /**
   * Ids of the jobs of these types that are pending or running, oldest first: for whoever looks for what the engine lost. Those of a type that nobody
   * knows are not among them, and so in nobody's way.
   */
  active(limit: number, types: readonly string[]): Promise<readonly string[]>;

  /** How many jobs there are of a type in a state. */
  count(type: string, state: JobState): Promise<number>;

  /** Calls back on every notice, of all replicas, until the returned function is called. A listener does not throw. */
  subscribe(listener: (notice: JobNotice) => void): Promise<() => void>;

  close(): Promise<void>;
}

/** How long what is over is kept, ms. */
export interface Retention {
  /** Of completed and cancelled jobs. */
  readonly completed: number;
  /** Of failed ones. */
  readonly failed: number;
}

export const RETENTION_DEFAULTS: Retention = { completed: 86_400_000, failed: 604_800_000 };

export function retentionOf(state: FinalState, { completed, failed }: Retention): number {
  return state === 'failed' ? failed : completed;
}
