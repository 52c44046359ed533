import type { JobStore, NewJob, Retention } from '../../store/job-store.js';
import { type ItemOutcome, type Job, type ListedItem, newJobId } from '../../model/index.js';
import { seededRandom } from '../../../../../test/support/seeded-random.js';
import { until } from '../../../../../test/support/until.js';

/** A store, as two replicas see it; both of one instance, if it is for one process. */
export interface JobStoreUnderTest {
  readonly store: JobStore;
  readonly other: JobStore;
  /** The same jobs, with a store that keeps what is over for a time to wait for, {@link SHORT}. */
  readonly brief: JobStore;
  close(): Promise<void>;
}

/** ms */
export const SHORT = 150;

export const LONG_RETENTION: Retention = { completed: 3_600_000, failed: 7_200_000 };
export const SHORT_RETENTION: Retention = { completed: SHORT, failed: SHORT };

export const FAILED: ItemOutcome & { readonly status: 'failed' } = {
  status: 'failed',
  error: { type: 'about:blank', title: 'No', status: 500, code: 'X', detail: 'It "failed"' },
};

/** The store that the contract is checked on, with steps that many tests take. */
export class Context implements JobStoreUnderTest {
  #opened: JobStoreUnderTest | undefined;
  #types = 0;
  #now = Date.now();
  readonly #random = seededRandom(5);

  constructor(private readonly open: () => Promise<JobStoreUnderTest>) {}

  async start(): Promise<void> {
    this.#opened = await this.open();
  }

  get store(): JobStore {
    return this.#outside.store;
  }

  get other(): JobStore {
    return this.#outside.other;
  }

  get brief(): JobStore {
    return this.#outside.brief;
  }

  readonly close = () => this.#outside.close();

  /** A type that no test has used. */
  readonly newType = (): string => `type-${(this.#types += 1)}`;

  /** Later than whenever it was called before. */
  readonly newId = (): string => newJobId((this.#now += 1), this.#random);

  readonly newJob = (changes: Partial<NewJob> = {}): NewJob => ({
    id: this.newId(),
    type: changes.type ?? this.newType(),
    request: { days: 3 },
    createdAt: Date.now(),
    maxPending: undefined,
    ...changes,
  });

  readonly created = async (changes: Partial<NewJob> = {}): Promise<Job> => {
    const reply = await this.store.create(this.newJob(changes));
    if (reply.outcome !== 'created') throw new Error(JSON.stringify(reply));
    return reply.job;
  };

  /** A job that runs, with these items. */
  readonly running = async (keys: readonly string[], changes: Partial<NewJob> = {}): Promise<Running> => {
    const { id, type } = await this.created(changes);
    const run = await this.begun(id);
    await this.store.listItems(id, run, listed(keys), Date.now());
    return { id, type, run };
  };

  readonly begun = async (id: string): Promise<number> => {
    const begun = await this.store.begin(id, Date.now());
    if (typeof begun === 'string') throw new Error(begun);
    return begun.run;
  };

  readonly settle = ({ id, run }: Running, key: string, outcome: ItemOutcome = { status: 'done' }) =>
    this.store.settle(id, run, key, outcome, Date.now());

  readonly complete = ({ id, run }: Running, store = this.store) =>
    store.finish(id, run, { state: 'completed', error: null }, Date.now());

  /** Waits until it is past its retention. */
  readonly gone = (id: string) =>
    until(async () => (await this.store.get(id)) === undefined, {
      what: 'the end of the retention',
      every: 5,
    });

  get #outside(): JobStoreUnderTest {
    if (!this.#opened) throw new Error('The store is opened before the first test');
    return this.#opened;
  }
}

export interface Running {
  readonly id: string;
  readonly type: string;
  readonly run: number;
}

export function listed(keys: readonly string[]): readonly ListedItem[] {
  return keys.map((key) => ({ key, payload: undefined }));
}
