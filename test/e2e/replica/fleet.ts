import { resolve } from 'node:path';
import { startProcess, type StartedProcess } from '../../support/processes.js';
import { processorWait } from '../../support/processor-waits.js';
import { until } from '../../support/until.js';
import type { ReplicaEvent, ReplicaSettings } from './settings.js';

/** What node runs as a replica: its arguments. */
export type Program = readonly string[];

const fromSource: Program = [
  '--import',
  resolve('test/support/typescript.mjs'),
  resolve('test/e2e/replica/main.ts'),
];

type Named<Name extends ReplicaEvent['event']> = Extract<ReplicaEvent, { readonly event: Name }>;

/** A replica that runs in a process of its own, and what it has reported. */
export class Replica {
  readonly events: ReplicaEvent[] = [];
  private process!: StartedProcess;

  static async start(settings: ReplicaSettings, program: Program = fromSource): Promise<Replica> {
    const replica = new Replica();
    replica.process = await startProcess(process.execPath, program, {
      env: { REPLICA: JSON.stringify(settings), NO_COLOR: '1' },
      onLine: ({ stream, text }) => {
        if (stream === 'stdout' && text.startsWith('{'))
          replica.events.push(JSON.parse(text) as ReplicaEvent);
      },
    });
    await until(() => replica.all('up').length > 0 || replica.process.hasExited, {
      what: 'the replica to boot',
      timeout: 30_000,
    });
    if (replica.process.hasExited) throw new Error(`The replica ended:\n${replica.process.output}`);
    return replica;
  }

  get instance(): string {
    return this.all('up')[0]!.instance;
  }

  get output(): string {
    return this.process.output;
  }

  get hasExited(): boolean {
    return this.process.hasExited;
  }

  get pid(): number {
    return this.process.pid;
  }

  get exited() {
    return this.process.exited;
  }

  all<Name extends ReplicaEvent['event']>(name: Name): readonly Named<Name>[] {
    return this.events.filter((event): event is Named<Name> => event.event === name);
  }

  /** The fleet as this replica sees it now. */
  async view(): Promise<Named<'view'>> {
    const told = this.all('view').length;
    this.signal('SIGURG');
    await until(() => this.all('view').length > told, { what: 'the replica to tell of the fleet', every: 5 });
    return this.all('view')[told]!;
  }

  signal(name: NodeJS.Signals): void {
    this.process.signal(name);
  }

  stop() {
    return this.process.stop();
  }

  kill() {
    return this.process.kill();
  }
}

/** Several replicas on one Redis. Those that ended stay in the list: what they did still counts. */
export class Fleet {
  readonly replicas: Replica[] = [];

  constructor(
    private readonly settings: ReplicaSettings,
    private readonly program?: Program,
  ) {}

  static async start(size: number, settings: ReplicaSettings, program?: Program): Promise<Fleet> {
    const fleet = new Fleet(settings, program);
    await Promise.all(Array.from({ length: size }, () => fleet.add()));
    return fleet;
  }

  async add(): Promise<Replica> {
    const replica = await Replica.start(this.settings, this.program);
    this.replicas.push(replica);
    return replica;
  }

  get running(): readonly Replica[] {
    return this.replicas.filter((replica) => !replica.hasExited);
  }

  /** Begins to count how long each running replica waits for a processor, ms: a promise about milliseconds is not about that time. */
  processorWaits(): (replica: Replica) => number {
    const before = new Map(this.running.map((replica) => [replica, processorWait(replica.pid)]));
    return (replica) => Math.max(0, processorWait(replica.pid) - (before.get(replica) ?? 0));
  }

  /** All starts of the fleet in the order of their time. */
  starts(): readonly (Named<'start'> & { readonly replica: Replica })[] {
    return this.replicas
      .flatMap((replica) => replica.all('start').map((event) => ({ ...event, replica })))
      .sort((a, b) => a.at - b.at);
  }

  /** Iterations from start to end (or to the moment their process reported last). */
  iterations() {
    return this.replicas.flatMap((replica) =>
      replica.all('start').map((start) => {
        const end = replica.all('end').find((event) => event.worker === start.worker && event.at >= start.at);
        return { worker: start.worker, token: start.token, from: start.at, to: end?.at ?? start.at, replica };
      }),
    );
  }

  /** Waits for a start that is later than `after`, by any replica but `except`. */
  async startAfter(after: number, { except, timeout = 30_000 }: { except?: Replica; timeout?: number } = {}) {
    const find = () => this.starts().find(({ at, replica }) => at > after && replica !== except);
    await until(() => find() !== undefined, { what: 'an iteration to start', timeout });
    return find()!;
  }

  /** The replica that started an iteration last. */
  async leader(): Promise<Replica> {
    await until(() => this.starts().some(({ replica }) => !replica.hasExited), {
      what: 'a leader to run',
      timeout: 30_000,
    });
    return this.starts().findLast(({ replica }) => !replica.hasExited)!.replica;
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.map((replica) => replica.stop()));
  }
}
