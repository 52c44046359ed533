import { resolve } from 'node:path';
import { type Exit, startProcess, type StartedProcess } from '../../support/processes.js';
import { until } from '../../support/until.js';
import { programPath } from './programs.js';

interface AppEvent {
  readonly event: string;
}

/** A program of `apps/` in a process of its own, which says what it measures as one JSON object a line. */
export class MeasuredApp<Event extends AppEvent> {
  readonly events: Event[] = [];
  private process!: StartedProcess;

  private constructor(private readonly name: string) {}

  /**
   * @param settings handed over as JSON in the environment variable APP
   * @param flags of node
   */
  static async start<Event extends AppEvent>(
    name: string,
    settings: object,
    flags: readonly string[] = [],
  ): Promise<MeasuredApp<Event>> {
    const program = await programPath(`bench/apps/${name}.ts`);
    return MeasuredApp.run(name, settings, [...flags, program]);
  }

  /** The same for a program that uses the host app, whose sources are compiled as they are loaded. */
  static async startWithHost<Event extends AppEvent>(
    name: string,
    settings: object,
    flags: readonly string[] = [],
  ): Promise<MeasuredApp<Event>> {
    const program = [
      '--import',
      resolve('test/support/typescript.mjs'),
      resolve(`test/bench/apps/${name}.ts`),
    ];
    return MeasuredApp.run(name, settings, [...flags, ...program]);
  }

  private static async run<Event extends AppEvent>(
    name: string,
    settings: object,
    args: readonly string[],
  ): Promise<MeasuredApp<Event>> {
    const app = new MeasuredApp<Event>(name);
    app.process = await startProcess(process.execPath, args, {
      env: { APP: JSON.stringify(settings), NO_COLOR: '1' },
      onLine: ({ stream, text }) => {
        if (stream === 'stdout' && text.startsWith('{')) app.events.push(JSON.parse(text) as Event);
      },
    });
    return app;
  }

  all<Name extends Event['event']>(name: Name): readonly Extract<Event, { readonly event: Name }>[] {
    return this.events.filter(
      (event): event is Extract<Event, { readonly event: Name }> => event.event === name,
    );
  }

  /** The event of this name that comes after the first `seen` ones. */
  async next<Name extends Event['event']>(name: Name, { seen = 0, timeout = 60_000 } = {}) {
    await until(() => this.process.hasExited || this.all(name).length > seen, {
      what: `"${name}" of ${this.name}`,
      timeout,
    });
    const event = this.all(name)[seen];
    if (!event) throw new Error(`${this.name} ended without "${name}":\n${this.process.output}`);
    return event;
  }

  /** Sends a signal, and waits for the event that answers it. */
  async ask<Name extends Event['event']>(signal: NodeJS.Signals, name: Name) {
    const seen = this.all(name).length;
    this.process.signal(signal);
    return this.next(name, { seen });
  }

  signal(name: NodeJS.Signals): void {
    this.process.signal(name);
  }

  stop(): Promise<Exit> {
    return this.process.stop();
  }

  kill(): Promise<Exit> {
    return this.process.kill();
  }
}
