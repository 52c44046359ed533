import { Cluster } from 'ioredis';
import { describeError } from '../errors/index.js';
import { systemClock, type ThreadStore, unportableFields } from '../lease/index.js';
import type { LeaseTiming } from '../leadership/index.js';
import type { CrossCheck } from '../schema/index.js';
import type { CheckedOptions } from './schema.js';

/** The options with the durations of the lease that follow from its TTL. */
export type TimedOptions = Omit<CheckedOptions, 'lease'> & { readonly lease: LeaseTiming };

const THREAD_NEEDS = "'in-process', or 'thread' with";
const SHARED = 'that all replicas share, because requireSharedStore is true';

/** What has to hold between options, in the order in which it is said. */
export const CROSS_CHECKS: readonly CrossCheck<TimedOptions>[] = [
  // As in client-go: a deadline must leave room for the TTL behind it, and for at least one more try before it.
  {
    field: 'lease.renewDeadline',
    needs: ['lease'],
    holds: ({ lease }) => lease.renewDeadline < lease.ttl,
    expected: ({ lease }) => `less than lease.ttl (${lease.ttl})`,
  },
  {
    field: 'lease.renewInterval',
    needs: ['lease'],
    holds: ({ lease }) => lease.renewInterval < longestInterval(lease),
    expected: ({ lease }) =>
      `less than lease.renewDeadline / (1 + jitter) (${Math.floor(longestInterval(lease))})`,
  },
  ...healthChecks(),
  {
    field: 'waitReplicas',
    needs: ['waitReplicas', 'redis'],
    holds: ({ waitReplicas, redis }) =>
      waitReplicas === 0 || !(redis === undefined || redis instanceof Cluster),
    expected: '0, or a single redis beside it',
  },
  {
    field: 'stallLimit',
    needs: ['stallLimit'],
    holds: ({ stallLimit, lease }) => stallLimit === undefined || stallLimit >= lease.renewDeadline,
    expected: ({ lease }) => `a number of at least ${lease.renewDeadline}`,
  },
  {
    field: 'stallLimit',
    needs: ['stallLimit'],
    holds: ({ stallLimit, heartbeat }) => stallLimit === undefined || heartbeat === 'thread',
    expected: "no limit without heartbeat: 'thread'",
  },
  {
    field: 'heartbeat',
    needs: ['store'],
    holds: ({ heartbeat, store }) =>
      heartbeat !== 'thread' || store === undefined || threadOf(store) !== undefined,
    expected: ({ store }) => `${THREAD_NEEDS} ${threadStoreNeeds(store)}`,
  },
  {
    field: 'heartbeat',
    needs: ['store'],
    holds: ({ heartbeat, store }) =>
      heartbeat !== 'thread' || whyUnread(store) !== undefined || canBeSent(threadOf(store)),
    expected: `${THREAD_NEEDS} a store whose settings can be sent to a thread, as structuredClone() copies them`,
  },
  {
    field: 'heartbeat',
    holds: ({ heartbeat, clock }) => heartbeat !== 'thread' || clock === systemClock,
    expected: `${THREAD_NEEDS} the system's clock`,
  },
  {
    field: 'heartbeat',
    needs: ['redis'],
    holds: (options) => options.heartbeat !== 'thread' || unsendable(options) === '',
    expected: (options) =>
      `${THREAD_NEEDS} redis options that can be sent to a thread (not: ${unsendable(options)})`,
  },
  {
    field: 'store',
    holds: ({ redis, store }) => redis === undefined || store === undefined,
    expected: 'either redis or store, not both',
  },
  {
    field: 'redis',
    needs: ['requireSharedStore'],
    holds: ({ requireSharedStore, redis, store }) =>
      !requireSharedStore || redis !== undefined || store !== undefined,
    expected: `a Redis ${SHARED} (is the environment variable with its URL set?)`,
  },
  {
    field: 'store',
    needs: ['requireSharedStore', 'store'],
    // What a factory makes is looked at once it is made.
    holds: ({ requireSharedStore, store }) =>
      !requireSharedStore || store === undefined || typeof store === 'function' || store.shared,
    expected: `a store ${SHARED}`,
  },
];

/** Above it, a renewal that fails may have no second try before the deadline. */
function longestInterval({ renewDeadline, jitter }: LeaseTiming): number {
  return renewDeadline / (1 + jitter);
}

function threadOf(store: TimedOptions['store']): ThreadStore | undefined {
  return typeof store === 'function' ? store.thread : undefined;
}

function threadStoreNeeds(store: TimedOptions['store']): string {
  const why = whyUnread(store);
  return why === undefined
    ? 'redis, or with a factory for threads: a thread cannot use a store of the app'
    : `a store that a thread can open: this one cannot tell how (${why})`;
}

/** What a factory throws if it is asked how a thread opens its store. */
function whyUnread(store: TimedOptions['store']): string | undefined {
  try {
    threadOf(store);
    return undefined;
  } catch (error) {
    return describeError(error).message;
  }
}

/** @throws DataCloneError if it cannot */
function canBeSent(thread: ThreadStore | undefined): boolean {
  structuredClone(thread);
  return true;
}

function unsendable({ redis }: TimedOptions): string {
  return redis === undefined ? '' : unportableFields(redis).join(', ');
}

function healthChecks(): readonly CrossCheck<TimedOptions>[] {
  const paths = ['path', 'livePath', 'readyPath'] as const;
  const trimmed = (path: string) => path.replace(/^\/+|\/+$/g, '');
  return [
    ...paths.map((name, i): CrossCheck<TimedOptions> => ({
      field: `health.${name}`,
      needs: paths.slice(0, i + 1).map((each) => `health.${each}`),
      holds: ({ health }) =>
        !health || !paths.slice(0, i).some((other) => trimmed(health[other]) === trimmed(health[name])),
      expected: 'a path of its own',
    })),
    {
      field: 'health.exposeErrors',
      needs: ['health.controller', 'health.exposeErrors', 'health.guard'],
      holds: ({ health }) =>
        !health || !health.controller || !health.exposeErrors || health.guard !== undefined,
      expected: 'false, or a health.guard beside it, or controller: false: error texts are not for everybody',
    },
  ];
}
