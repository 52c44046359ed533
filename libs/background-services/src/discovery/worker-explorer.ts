import type { DiscoveryService } from '@nestjs/core';
import { BackgroundService, type WorkerDefinition } from '../workers/index.js';
import { type Class, type DeclaredWorker, declaredWorkers } from './declared-workers.js';
import { electionOf } from './election-metadata.js';
import * as refusal from './refusals.js';
import { readable } from './readable.js';
import { readSchedule } from './validate-schedule.js';

type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A worker that was found, and the service it belongs to if it is one. */
export interface FoundWorker {
  readonly definition: WorkerDefinition;
  readonly service?: BackgroundService;
  /** The provider that it was found on. */
  readonly provider: object;
  /** Name of its class, if the class as a whole is elected and not this method alone. */
  readonly electedClass?: string;
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
      const workers = declaredWorkers(target);
      const isService = target.prototype instanceof BackgroundService;
      if (workers.length === 0 && !isService) {
        assertNothingElected(target);
        continue;
      }
      assertSingleton(wrapper, target, workers);
      const instance = instanceOf(wrapper, target);
      if (seen.has(instance)) continue;
      seen.add(instance);
      const common = electionOf(target)
        ? { provider: instance, electedClass: target.name }
        : { provider: instance };
      found.push(...workers.map((worker) => ({ definition: worker.on(instance), ...common })));
      if (instance instanceof BackgroundService) found.push(serviceWorker(instance, target));
    }
    return found;
  }
}

function serviceWorker(service: BackgroundService, target: Class): FoundWorker {
  const election = electionOf(target);
  // They may be accessors of the app.
  const { serviceName, leaseKey, schedule } = readable(target.name, () => {
    const { serviceName, leaseKey, schedule } = service;
    return { serviceName, leaseKey, schedule };
  });
  const definition: WorkerDefinition = {
    name: serviceName,
    key: election?.key ?? leaseKey ?? `background-services:${String(serviceName)}`,
    place: target.name,
    schedule: readSchedule(target.name, schedule),
    options: election?.options ?? {},
    run: (iteration) => service.processIteration(iteration),
  };
  return { definition, service, provider: service, electedClass: target.name };
}

/**
 * The class behind a provider. Of values and factories it is known by their instance, or by their token where no instance is made at boot;
 * proxies are not asked for properties.
 */
function classOf(wrapper: InstanceWrapper): Class | undefined {
  const { metatype, token } = wrapper;
  if (!wrapper.inject && isClass(metatype)) return metatype;
  if (wrapper.inject && !isSingleton(wrapper)) return isClass(token) ? token : undefined;
  const instance: unknown = wrapper.instance;
  if (instance === null || typeof instance !== 'object') return undefined;
  const prototype = Object.getPrototypeOf(instance) as object | null;
  const constructor: unknown = prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return isClass(constructor) && constructor.prototype === prototype ? constructor : undefined;
}

function isClass(value: unknown): value is Class {
  if (typeof value !== 'function' || value === Object) return false;
  const { prototype } = value as { prototype?: unknown };
  return prototype !== null && typeof prototype === 'object';
}

function instanceOf(wrapper: InstanceWrapper, target: Class): object {
  const instance: unknown = wrapper.instance;
  if (instance !== null && typeof instance === 'object') return instance;
  throw refusal.withoutInstance(target.name);
}

function isSingleton(wrapper: InstanceWrapper): boolean {
  return wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
}

function assertSingleton(wrapper: InstanceWrapper, target: Class, workers: readonly DeclaredWorker[]): void {
  if (isSingleton(wrapper)) return;
  const places = workers.map(({ place }) => place);
  throw refusal.notSingleton(places.length > 0 ? places : [`${target.name}.processIteration`]);
}

function assertNothingElected(target: Class): void {
  // Own metadata only: a subclass that overrides every worker of an elected class has chosen not to run them.
  if (!electionOf(target) || inheritsElection(target)) return;
  throw refusal.nothingToRun(target.name);
}

function inheritsElection(target: Class): boolean {
  const parent = Object.getPrototypeOf(target) as object | null;
  return parent !== null && electionOf(parent) === electionOf(target);
}
