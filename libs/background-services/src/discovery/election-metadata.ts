import 'reflect-metadata';
import { shared } from '../kit/index.js';
import type { WorkerOptions } from '../workers/index.js';
import { rememberMark } from './method-marks.js';
import { type Method, ownMethod } from './methods.js';
import { watchForModule } from './missing-module.js';
import { hasStockSchedule, takeOverClass, takeOverSchedule } from './schedule-metadata.js';

/** What `@LeaderElected(key, options)` says of a class or a method. */
export interface Election {
  readonly key: string;
  readonly options: WorkerOptions;
}

const ELECTED = Symbol.for('nestjs-background-services:elected');

/** The election of a class (also inherited) or of a method. */
export function electionOf(target: object): Election | undefined {
  return Reflect.getMetadata(ELECTED, target) as Election | undefined;
}

export function electClass(target: { readonly prototype: object }, election: Election): void {
  takeOverPending();
  Reflect.defineMetadata(ELECTED, election, target);
  watchForModule(target.prototype);
  takeOverClass(target);
  pending.add(() => takeOverClass(target));
}

export function electMethod(prototype: object, name: string, method: Method, election: Election): void {
  Reflect.defineMetadata(ELECTED, election, method);
  watchForModule(prototype);
  rememberMark(prototype, name, ELECTED);
  takeOverSchedule(method);
  pending.add(() => {
    const current = ownMethod(prototype, name);
    if (!current) return;
    // A decorator above put a wrapper in the method's place and the schedule on the wrapper: that is what the election was meant for.
    if (!electionOf(current) && hasStockSchedule(current)) Reflect.defineMetadata(ELECTED, election, current);
    if (electionOf(current)) takeOverSchedule(current);
  });
}

/**
 * Decorators that stand above `@LeaderElected` are applied after it: the schedule may come then, or another function that wraps the method.
 * So everything is looked at again once it is all in place, and before @nestjs/schedule looks for its methods in `onModuleInit`.
 */
const pending = shared('pending', () => new Set<() => void>());

/** Called while providers are being made, which is before any `onModuleInit`. */
export function takeOverPending(): void {
  for (const takeOver of pending) takeOver();
  pending.clear();
}
