import type { DiscoveryService } from '@nestjs/core';
import { InvalidWorkerError } from '../errors/index.js';
import { BackgroundService, toScheduleSpec, type WorkerDefinition } from '../workers/index.js';
import { type Election, electionOf } from './election-metadata.js';
import { hasStockSchedule, methodsOf, takenSchedule } from './schedule-metadata.js';

type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];
type Class = { readonly name: string; readonly prototype: object };
type Method = (...args: unknown[]) => unknown;

/** A worker that was found, and the service it belongs to if it is one. */
export interface FoundWorker {
  readonly definition: WorkerDefinition;
  readonly service?: BackgroundService;
}

/**
 * Finds the workers among the app's providers and controllers.
 *
 * What is declared and cannot be honoured is an error that stops the boot: it would run on every replica, or nowhere.
 */
export class WorkerExplorer {
  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws InvalidWorkerError */
  explore(): readonly FoundWorker[] {
    const seen = new Set<object>();
    const found: FoundWorker[] = [];
    for (const wrapper of [...this.discovery.getControllers(), ...this.discovery.getProviders()]) {
      if (wrapper.isAlias) continue;
      const target = classOf(wrapper);
      if (!target) continue;
      const workers = this.#methodWorkers(target, wrapper);
      const isService = target.prototype instanceof BackgroundService;
      if (workers.length === 0 && !isService) {
        assertNothingElected(target);
        continue;
      }
      const instance = instanceOf(wrapper, target);
      if (seen.has(instance)) continue;
      seen.add(instance);
      found.push(...workers.map((bind) => ({ definition: bind(instance) })));
      if (instance instanceof BackgroundService) found.push(serviceWorker(instance, target));
    }
    return found;
  }

  #methodWorkers(target: Class, wrapper: InstanceWrapper): ((instance: object) => WorkerDefinition)[] {
    const ofClass = electionOf(target);
    const workers: ((instance: object) => WorkerDefinition)[] = [];
    for (const [name, method] of methodsOf(target.prototype)) {
      const place = `${target.name}.${name}`;
      const election = electionOf(method) ?? ofClass;
      const schedule = takenSchedule(method);
      if (election && hasStockSchedule(method)) throw leakingSchedule(place, target);
      if (!schedule) {
        if (electionOf(method)) throw withoutSchedule(place);
        continue;
      }
      if (!election) throw withoutElection(place);
      workers.push((instance) => ({
        name: schedule.name ?? place,
        key: election.key,
        place,
        schedule: schedule.spec,
        options: election.options,
        run: (iteration) => (instance as Record<string, Method>)[name]?.(iteration),
      }));
    }
    if (workers.length > 0) assertSingleton(wrapper, target);
    return workers;
  }
}

function serviceWorker(service: BackgroundService, target: Class): FoundWorker {
  const election: Election | undefined = electionOf(target);
  const definition: WorkerDefinition = {
    name: service.serviceName,
    key: election?.key ?? service.leaseKey ?? `background-services:${service.serviceName}`,
    place: target.name,
    schedule: toScheduleSpec(service.schedule ?? { continuous: true }),
    options: election?.options ?? {},
    run: (iteration) => service.processIteration(iteration),
  };
  return { definition, service };
}

/** The class behind a provider. Of values and factories it is known by their instance; proxies are not asked for properties. */
function classOf(wrapper: InstanceWrapper): Class | undefined {
  const { metatype } = wrapper;
  if (typeof metatype === 'function' && !wrapper.inject && isClass(metatype)) return metatype;
  const instance: unknown = wrapper.instance;
  if (instance === null || typeof instance !== 'object') return undefined;
  const prototype = Object.getPrototypeOf(instance) as object | null;
  const constructor: unknown = prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof constructor === 'function' && constructor !== Object ? constructor : undefined;
}

function isClass(metatype: unknown): metatype is Class {
  const { prototype } = metatype as { prototype?: unknown };
  return prototype !== null && typeof prototype === 'object';
}

function instanceOf(wrapper: InstanceWrapper, target: Class): object {
  const instance: unknown = wrapper.instance;
  if (instance !== null && typeof instance === 'object') return instance;
  throw new InvalidWorkerError(
    target.name,
    'it has workers, but no instance of it was made',
    'Make it a provider of a module that is imported',
  );
}

function assertSingleton(wrapper: InstanceWrapper, target: Class): void {
  if (wrapper.isDependencyTreeStatic() && !wrapper.isTransient) return;
  throw new InvalidWorkerError(
    target.name,
    'it has workers, but it (or something it injects) is request-scoped or transient, so there is no instance to run them on',
    'Make it a singleton, and get what is request-scoped inside the method through ModuleRef.resolve()',
  );
}

function assertNothingElected(target: Class): void {
  // Own metadata only: a subclass that overrides every worker of an elected class has chosen not to run them.
  if (!Reflect.getOwnMetadataKeys(target).length || !electionOf(target) || inheritsElection(target)) return;
  throw new InvalidWorkerError(
    target.name,
    '@LeaderElected has nothing to run: no method of it has @Interval, @Cron, @Timeout or @Continuous',
    'Add one. If there is one, a decorator above it has replaced the method: put that decorator below the schedule decorator',
  );
}

function inheritsElection(target: Class): boolean {
  const parent = Object.getPrototypeOf(target) as object | null;
  return parent !== null && electionOf(parent) === electionOf(target);
}

function leakingSchedule(place: string, target: Class): InvalidWorkerError {
  return new InvalidWorkerError(
    place,
    `a class above ${target.name} is @LeaderElected and ${target.name} is not, so this schedule would run on every replica`,
    `Decorate ${target.name} with @LeaderElected too`,
  );
}

function withoutSchedule(place: string): InvalidWorkerError {
  return new InvalidWorkerError(
    place,
    '@LeaderElected is on a method without @Interval, @Cron, @Timeout or @Continuous',
    'Add one. If there is one, a decorator above it has replaced the method: put that decorator below the schedule decorator',
  );
}

function withoutElection(place: string): InvalidWorkerError {
  return new InvalidWorkerError(
    place,
    '@Continuous needs a leader, and neither the method nor its class has @LeaderElected',
    'Add @LeaderElected("some:key")',
  );
}
