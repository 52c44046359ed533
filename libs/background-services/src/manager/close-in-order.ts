import { describeError } from '../errors/index.js';
import { callGuest, within } from '../kit/index.js';
import { type Clock, type LeaseStore, nextTurn } from '../lease/index.js';
import type { Elections } from '../leadership/index.js';
import type { LineLogger } from '../logs/index.js';
import type { Placement } from '../placement/index.js';
import type { Campaign } from './campaign.js';

/** What does not close by then is not waited for, ms: longer than the board's own limit, so that it can say why. */
const CLOSE_PATIENCE = 10_000;

/** Terms that are ended in one turn of the event loop. */
const STOPPED_AT_ONCE = 100;

interface Closing {
  readonly campaigns: readonly Campaign[];
  readonly elections: Elections;
  readonly placement?: Placement | undefined;
  /** What is done once all leases are given back, and before the store is closed. */
  readonly leave: readonly (() => Promise<void>)[];
  readonly store: LeaseStore;
  readonly ownsStore: boolean;
  readonly clock: Clock;
  readonly logger: LineLogger;
}

/**
 * Ends all campaigns in order (gates, aborts, drains, releases), then leaves the fleet, then closes the lease store if it is ours. Nothing that
 * fails or hangs on the way keeps the rest from being closed.
 * @returns whether all work had ended in time
 */
export async function closeInOrder(closing: Closing): Promise<boolean> {
  const { campaigns, elections, placement, leave, store, ownsStore, logger } = closing;
  // Before anything is given up: the others take nothing from those who leave, and know who gets what.
  placement?.leave();
  const stops = await Promise.all(await stopInSlices(campaigns, closing.clock));
  const clean = stops.every(Boolean);
  await elections.close();
  const steps = placement ? [() => placement.close(), ...leave] : leave;
  await Promise.all(steps.map((step) => contain('Leaving the fleet', step, closing)));
  if (ownsStore) await contain('Closing the lease store', () => store.close(), closing);
  const outcome = clean ? 'Stopped cleanly' : 'Stopped with work still running';
  if (campaigns.length > 0) callGuest(() => logger.log(outcome));
  return clean;
}

/** Stops all; the first ones in this tick, and so many in each turn after that, so that thousands do not hold the event loop. */
async function stopInSlices(campaigns: readonly Campaign[], clock: Clock): Promise<Promise<boolean>[]> {
  const stops: Promise<boolean>[] = [];
  for (const [i, { elector }] of campaigns.entries()) {
    if (i > 0 && i % STOPPED_AT_ONCE === 0) await new Promise<void>((next) => nextTurn(clock, next));
    stops.push(elector.stop());
  }
  return stops;
}

async function contain(
  what: string,
  step: () => Promise<void>,
  { clock, logger }: Pick<Closing, 'clock' | 'logger'>,
): Promise<void> {
  const ending = (async () => step())();
  try {
    if (await within(clock, CLOSE_PATIENCE, ending)) await ending;
    else throw new Error(`it takes longer than ${CLOSE_PATIENCE} ms`);
  } catch (error) {
    callGuest(() => logger.warn(`${what} failed: ${describeError(error).message}`));
  }
}
