import { writeSync } from 'node:fs';
import type { ReplicaEvent } from './settings.js';

/** Milliseconds since the epoch, with fractions, comparable between processes of one machine. */
export function timestamp(): number {
  return performance.timeOrigin + performance.now();
}

/** Synchronous: what a replica did before it was killed must not be lost in a buffer. Other programs name their own events. */
export function report<Event extends object = ReplicaEvent>(event: NoInfer<Event>): void {
  writeSync(1, `${JSON.stringify(event)}\n`);
}
