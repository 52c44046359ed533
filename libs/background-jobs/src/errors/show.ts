import { inspect } from 'node:util';

/** Shows what was received, on one line and not too long. */
export function show(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity }).slice(0, 80);
}
