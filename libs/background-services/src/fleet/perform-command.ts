import { describeError } from '../errors/index.js';
import type { Replica } from '../manager/index.js';
import type { ControlRecord, LeaderCommand } from './control-command.js';

export type Outcome = Pick<ControlRecord, 'outcome' | 'detail'>;

export const TOO_OLD: Outcome = { outcome: 'refused', detail: 'too old: nobody took it in time' };

/** Does what a command says, on the replica that it is for. Never rejects: what cannot be done is refused. */
export async function perform(command: LeaderCommand, replica: Replica): Promise<Outcome> {
  const { action, target } = command;
  try {
    switch (action) {
      case 'trigger':
        replica.trigger(target);
        return done('an iteration has begun');
      case 'reset-breaker':
        replica.resetCircuitBreaker(target);
        return done();
      case 'force-open-breaker':
        replica.forceOpenCircuitBreaker(target);
        return done();
      case 'step-down':
        return done(await stepDown(command, replica));
      case 'cordon':
        return done(cordon(replica));
      case 'uncordon':
        return done(uncordon(replica));
    }
  } catch (error) {
    return { outcome: 'refused', detail: describeError(error).message };
  }
}

async function stepDown({ key, token }: LeaderCommand, replica: Replica): Promise<string> {
  // Who was to step down has lost or left the lease meanwhile: a term that was not meant goes on.
  if (token !== undefined && replica.termOf(key) !== token) return 'the term that was meant is over';
  const clean = await replica.stepDown(key);
  return clean ? '' : 'work is still running: the lease is not released, and expires';
}

function cordon(replica: Replica): string {
  if (replica.placement.cordoned) return 'was cordoned already';
  replica.cordon();
  const count = replica.terms().length;
  return `takes nothing new, and hands over what it leads: ${count} ${count === 1 ? 'key' : 'keys'}`;
}

function uncordon(replica: Replica): string {
  if (!replica.placement.cordoned) return 'was not cordoned';
  replica.uncordon();
  return '';
}

function done(detail = ''): Outcome {
  return { outcome: 'done', detail };
}
