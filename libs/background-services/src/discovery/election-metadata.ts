import 'reflect-metadata';
import type { WorkerOptions } from '../workers/index.js';
import { takeOverSchedule } from './schedule-metadata.js';

/** What `@LeaderElected(key, options)` says of a class or a method. */
export interface Election {
  readonly key: string;
  readonly options: WorkerOptions;
}

const ELECTED = Symbol.for('nestjs-background-services:elected');

type Marked = (...args: never[]) => unknown;

export function markElected(target: object, election: Election): void {
  Reflect.defineMetadata(ELECTED, election, target);
}

/** The election of a class (also inherited) or of a method. */
export function electionOf(target: object): Election | undefined {
  return Reflect.getMetadata(ELECTED, target) as Election | undefined;
}

/**
 * Elected methods whose schedule decorator had not been applied yet when `@LeaderElected` was: it stands above. Their schedules are there
 * once the class is defined, and must be taken over before @nestjs/schedule looks for them in `onModuleInit`.
 */
const pending = new Set<Marked>();

export function takeOverLater(method: Marked): void {
  pending.add(method);
}

/** Called while providers are being made, which is before any `onModuleInit`. */
export function takeOverPending(): void {
  for (const method of pending) takeOverSchedule(method);
  pending.clear();
}
