import type { HeldLease, Instant } from '../../lease/index.js';

/** Renews leases for as long as the event loop that should do it is blocked. */
export interface LeaseKeeper {
  /** Resolves when it can renew, or has no prospect to for now. Nothing is campaigned for before: the first iteration may block already. */
  readonly ready: Promise<void>;
  /** Looks after a lease from now on, whose last confirmed command was sent at `sentAt`. */
  keep(lease: HeldLease, sentAt: Instant): KeptLease;
  /** Ends it; leases that are still kept are left to expire. */
  close(): Promise<void>;
}

/** One lease in the care of a keeper, as event loop and keeper both see it. */
export interface KeptLease {
  /** When the last confirmed command had been sent, by whichever of the two. */
  readonly confirmed: Instant;
  /** Whether the keeper was told that the lease is somebody else's. */
  readonly isLost: boolean;
  /** The event loop had a command confirmed that it sent at `sentAt`. */
  confirm(sentAt: Instant): void;
  /** Nobody shall renew it any more. */
  drop(): void;
}
