import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { onCleanUp } from '../support/deferred-cleanup.js';
import { type ChaosEvent, type DriverEvent, type Named, named } from './events.js';
import { machineTime } from './machine-clock.js';

type Unwritten<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** How often the file is looked at, ms. */
const EVERY = 20;
const CHUNK = 256 * 1024;

/** The event log of one fleet, as the driver sees it: it reads what the replicas append, and appends what it does itself. */
export class EventLog {
  readonly #events: ChaosEvent[] = [];
  readonly #buffer = Buffer.alloc(CHUNK);
  readonly #file: number;
  readonly #timer = setInterval(() => this.read(), EVERY);
  /** Where to read on: what is appended moves the file's own position. */
  #position = 0;
  #rest = '';
  #forget: () => void;
  /** The latest start of an iteration: who leads, as far as can be seen. */
  #lastStart: Named<'start'> | undefined;

  constructor(readonly path: string) {
    this.#file = openSync(path, 'a+');
    this.#forget = onCleanUp(() => this.close());
  }

  get events(): readonly ChaosEvent[] {
    return this.#events;
  }

  get lastStart(): Named<'start'> | undefined {
    return this.#lastStart;
  }

  append(event: Unwritten<DriverEvent>): void {
    writeSync(this.#file, `${JSON.stringify({ at: machineTime(), ...event })}\n`);
  }

  /** Events of this name that came later than this moment, newest first in the search. */
  since<Name extends ChaosEvent['event']>(name: Name, at: number): Named<Name>[] {
    // Lines arrive in the order of their times, but for what a process holds back between clock and file.
    const from = this.#events.findLastIndex((event) => event.at < at - 10_000) + 1;
    return named(this.#events.slice(from), name).filter((event) => event.at > at);
  }

  /** Reads what has been appended since the last time. */
  read(): void {
    for (;;) {
      const length = readSync(this.#file, this.#buffer, 0, CHUNK, this.#position);
      if (length === 0) return;
      this.#position += length;
      const lines = (this.#rest + this.#buffer.toString('utf8', 0, length)).split('\n');
      this.#rest = lines.pop()!;
      for (const line of lines) this.#take(JSON.parse(line) as ChaosEvent);
    }
  }

  close(): void {
    this.#forget();
    clearInterval(this.#timer);
    closeSync(this.#file);
  }

  #take(event: ChaosEvent): void {
    this.#events.push(event);
    if (event.event === 'start') this.#lastStart = event;
  }
}
