import { BackgroundServicesError, knownToCopies } from './background-services.error.js';

/** Why a term ended. */
export type RevocationReason =
  /** The store said that the lease is another's, disabled or gone. */
  | 'lost'
  /** No renewal was confirmed up to the renew deadline. */
  | 'deadline'
  /** `stepDown(key)` was called. */
  | 'step-down'
  /** It was handed over: to even out the fleet, or because this replica is cordoned. */
  | 'rebalance'
  /** The app, or the last worker of the key, is stopping. */
  | 'stop';

/** The term has ended: work under it must not go on. The `reason` of a term's AbortSignal, and thrown by `assertLeader()`. */
export class LeadershipLostError extends BackgroundServicesError {
  readonly code = 'BGS_LEADERSHIP_LOST';

  constructor(
    readonly key: string,
    readonly fencingToken: number,
    readonly reason: RevocationReason,
  ) {
    super(
      `The term ${fencingToken} of lease "${key}" has ended (${reason}): stop, and let the next leader go on`,
    );
  }
}

/** The call needs the leader of this key, and this replica is not. */
export class NotLeaderError extends BackgroundServicesError {
  readonly code = 'BGS_NOT_LEADER';

  constructor(
    readonly key: string,
    /** The instance id of the leader as last seen, if one was seen. */
    readonly leader: string | undefined,
  ) {
    super(
      `This replica does not lead "${key}" (leader: ${leader ?? 'none seen'}). Send the call to the leader, or wait for an election.`,
    );
  }
}

/** A lease store could not do what it was asked; whether it happened is unknown. */
export class StoreError extends BackgroundServicesError {
  readonly code = 'BGS_STORE';
}

knownToCopies({ LeadershipLostError, NotLeaderError, StoreError });
