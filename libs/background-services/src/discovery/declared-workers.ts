import type { WorkerDefinition } from '../workers/index.js';
import { electionOf } from './election-metadata.js';
import { hasLostMark } from './method-marks.js';
import { type Method, methodsOf } from './methods.js';
import * as refusal from './refusals.js';
import { hasStockSchedule, takenSchedules } from './schedule-metadata.js';

/** A class as discovery sees it. */
export interface Class {
  readonly name: string;
  readonly prototype: object;
}

/** A worker as its class declares it, before there is an instance to run it on. */
export interface DeclaredWorker {
  readonly place: string;
  on(instance: object): WorkerDefinition;
}

/**
 * The workers that the decorators on a class and its methods declare.
 * @throws InvalidWorkerError for a method that would run on every replica, or nowhere
 */
export function declaredWorkers(target: Class): readonly DeclaredWorker[] {
  const ofClass = electionOf(target);
  const workers: DeclaredWorker[] = [];
  if (ofClass) assertNothingHidden(target);
  for (const [name, { method, owner }] of methodsOf(target.prototype)) {
    const place = `${target.name}.${name}`;
    if (hasLostMark(owner, name, method)) throw refusal.replacedMethod(place);
    const election = electionOf(method) ?? ofClass;
    if (election && hasStockSchedule(method)) throw refusal.leakingSchedule(place, target.name);
    const [schedule, ...others] = takenSchedules(method);
    if (others.length > 0) throw refusal.severalSchedules(place);
    if (!schedule) {
      if (electionOf(method)) throw refusal.withoutSchedule(place);
      continue;
    }
    if (!election) throw refusal.withoutElection(place);
    if (schedule.unread) throw refusal.unreadOptions(place, schedule.unread);
    workers.push({
      place,
      on: (instance) => ({
        name: schedule.name ?? place,
        key: election.key,
        place,
        schedule: schedule.spec,
        options: election.options,
        // Looked up at every run, so that a method that was replaced on the instance (a spy, a wrapper) is the one that runs.
        run: (iteration) => (instance as Record<string, Method>)[name]?.(...([iteration] as never[])),
      }),
    });
  }
  return workers;
}

/**
 * A schedule on what is no instance method with a name runs nowhere: @nestjs/schedule does not see it either, and says nothing.
 * @throws InvalidWorkerError
 */
function assertNothingHidden(target: Class): void {
  for (const owner of [target, target.prototype]) {
    // What has no function of its own, such as a field, is marked on the object that it was declared on.
    if (hasStockSchedule(owner)) throw refusal.hiddenSchedule(target.name);
    for (const name of Reflect.ownKeys(owner)) {
      if (owner === target.prototype && typeof name === 'string') continue;
      const method: unknown = Reflect.getOwnPropertyDescriptor(owner, name)?.value;
      if (typeof method === 'function' && hasStockSchedule(method))
        throw refusal.hiddenSchedule(`${target.name}.${String(name)}`);
    }
  }
}
