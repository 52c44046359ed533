/*
 * The entry `./store`: where leases live. For apps that choose their store, and for authors of another one: docs/write-your-own-store.md says how,
 * and `leaseStoreContract()` of `./testing` checks the result.
 */

// The port
export type {
  AcquireReply,
  AcquireRequest,
  HeldLease,
  Heir,
  LeaseRef,
  LeaseStore,
  LeaseView,
  Ledger,
  Lost,
  RecordReply,
  RecordRequest,
  Release,
  ReleaseListener,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
  StoreWarning,
  Unknown,
} from '../lease/index.js';

// What `forRoot({ store })` takes besides a store
export type {
  LeaseStoreContext,
  LeaseStoreFactory,
  StoreLogger,
  ThreadStore,
  ThreadStoreModule,
} from '../lease/index.js';

// The board that a store may offer as well: without one there is no view of the fleet, and no control of it
export {
  type AuditNote,
  boardOf,
  type BoardMembers,
  type BoardPages,
  DISABLED_HOLDER,
  type FleetBoard,
  KEPT_NOTES,
  LAST_WORDS,
  type LeaseRecord,
  LONGEST_ENTRY,
  LONGEST_MEMBER,
  LONGEST_PAGE,
  LONGEST_PRESENCE,
  LONGEST_PRESENCES,
  LONGEST_TEXT,
  type LookRequest,
  MOST_COMMANDS,
  MOST_PRESENCES,
  COMMAND_MEMORY,
  type Presence,
  type PresenceView,
  type StoreWithBoard,
} from '../lease/index.js';

// The stores of this package
export {
  MemoryLeaseStore,
  RedisLeaseStore,
  type RedisLeaseStoreOptions,
  type RedisTarget,
} from '../lease/index.js';

// Time and randomness, which stores are given
export {
  type Clock,
  elapsed,
  type Instant,
  instant,
  type Random,
  systemClock,
  type Timer,
} from '../lease/index.js';

// Errors
export { InvalidKeyError, StoreError } from '../errors/index.js';
