import type { RevocationReason } from '../errors/index.js';
import type { Instant } from '../lease/index.js';
import type { Term } from './term.js';

/** Everything that an elector is in at a time. `dueAt` is monotonic: when it next wants to talk to the store. */
export type ElectorState =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'standby';
      readonly since: Instant;
      readonly attempts: number;
      readonly dueAt: number;
      readonly holder: string | undefined;
      /** Whom a try has found holding the lease, and when that one had renewed it, monotonic. */
      readonly heard: { readonly holder: string; readonly at: number } | undefined;
      /** When to try for a release that was heard of since the last try was sent: it is younger than what that try's reply says. */
      readonly wakeAt: number | undefined;
      /** Another replica should lead the key: no try before this time, monotonic, not even along with others. */
      readonly notBefore: number | undefined;
    }
  | { readonly phase: 'leading'; readonly term: Term; readonly since: Instant; readonly dueAt: number }
  | {
      readonly phase: 'stepping-down';
      readonly term: Term;
      readonly reason: RevocationReason;
      /** Renewals go on while draining if the lease is still ours and we leave of our own accord. */
      readonly dueAt: number | undefined;
      readonly then: 'campaign' | 'idle';
      /** Whom the lease is left to. */
      readonly heir: string | undefined;
      readonly finished: Promise<boolean>;
    };
