import 'reflect-metadata';
import type { Method } from './methods.js';

const MARKS = Symbol.for('nestjs-background-services:marks');

interface Mark {
  readonly name: string;
  readonly key: symbol;
}

/**
 * Remembers on the prototype that one of its methods was marked. A decorator above may put another function in the method's place; without
 * this the mark would be lost without a trace, and the job with it.
 */
export function rememberMark(prototype: object, name: string, key: symbol): void {
  Reflect.defineMetadata(MARKS, [...marksOf(prototype), { name, key }], prototype);
}

/** Whether the method that stands at this place now lacks a mark that was put on it. */
export function hasLostMark(prototype: object, name: string, method: Method): boolean {
  return marksOf(prototype).some((mark) => mark.name === name && !Reflect.hasMetadata(mark.key, method));
}

function marksOf(prototype: object): readonly Mark[] {
  return (Reflect.getOwnMetadata(MARKS, prototype) ?? []) as readonly Mark[];
}
