import type { Clock } from '../../../libs/background-services/src/lease/index.js';
import type { Watched } from '../invariants/terms.js';

/** A process as what runs in it sees it. */
export interface Process extends Watched {
  readonly isAlive: boolean;
  readonly clock: Clock;
}
