import 'reflect-metadata';
import type { Method } from './methods.js';

const MARKS = Symbol.for('nestjs-background-services:marks');

/** The marks that were put on methods, by the methods' names. */
type Marks = Map<string, Set<symbol>>;

/**
 * Remembers on the prototype that one of its methods was marked. A decorator above may put another function in the method's place; without
 * this the mark would be lost without a trace, and the job with it.
 */
export function rememberMark(prototype: object, name: string, key: symbol): void {
  let marks = marksOf(prototype);
  if (!marks) Reflect.defineMetadata(MARKS, (marks = new Map()), prototype);
  const ofMethod = marks.get(name);
  if (ofMethod) ofMethod.add(key);
  else marks.set(name, new Set([key]));
}

/** Whether the method that stands at this place now lacks a mark that was put on it. */
export function hasLostMark(prototype: object, name: string, method: Method): boolean {
  const marks = marksOf(prototype)?.get(name) ?? [];
  return [...marks].some((key) => !Reflect.hasMetadata(key, method));
}

function marksOf(prototype: object): Marks | undefined {
  return Reflect.getOwnMetadata(MARKS, prototype) as Marks | undefined;
}
