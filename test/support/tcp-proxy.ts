import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onCleanUp } from './deferred-cleanup.js';

/** Requests go from the client to the server, replies come back. */
export type Direction = 'requests' | 'replies';

/** What the network does to one direction. */
type Weather =
  { readonly kind: 'clear' } | { readonly kind: 'slow'; readonly delay: number } | { readonly kind: 'hole' };

const CLEAR: Weather = { kind: 'clear' };

/** Waits for data in one direction, and breaks the connection that has it. */
interface Trap {
  readonly direction: Direction;
  readonly pattern: RegExp;
  readonly sprung: () => void;
}

/**
 * A bad network between a client and a server on the loopback interface.
 *
 * A hole swallows nothing for good: like TCP, which repeats what is not confirmed, it delivers all of it in order once the network
 * {@link heal}s, even if the client has gone away meanwhile. So a command can run long after its sender gave it up.
 */
export class TcpProxy {
  readonly #links = new Set<Link>();
  readonly #weather: Record<Direction, Weather> = { requests: CLEAR, replies: CLEAR };
  readonly #traps = new Set<Trap>();
  #forget: () => void = () => {};

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (client) => this.#accept(client));
  }

  /** Starts one in front of a local port; it ends with the test at the latest. */
  static async start(target: { readonly port: number }): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    const proxy = new TcpProxy(server, target.port);
    proxy.#forget = onCleanUp(() => proxy.close());
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** As the address of a Redis. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** How many connections go through it now. */
  get connections(): number {
    return this.#links.size;
  }

  /** Breaks every connection, as by a reset. New ones pass. */
  cut(): void {
    for (const link of this.#links) link.break();
  }

  /** Every connection there is now is dead, and neither end is told: nothing arrives on it, ever. New ones pass. */
  strand(): void {
    for (const link of this.#links) link.strand();
  }

  /** From now on every byte in this direction arrives `ms` later. */
  delay(direction: Direction, ms: number): void {
    this.#set(direction, { kind: 'slow', delay: ms });
  }

  /** From now on nothing arrives in this direction, neither data nor the end of a connection. */
  blackhole(direction: Direction): void {
    this.#set(direction, { kind: 'hole' });
  }

  /** Fair weather again: what was held back arrives now, and nothing is cut or lost any more. */
  heal(): void {
    this.#traps.clear();
    this.#set('requests', CLEAR);
    this.#set('replies', CLEAR);
  }

  /** The next request that matches reaches the server by half; then its connection breaks. Resolves when that has happened. */
  cutNextRequest(pattern: RegExp): Promise<void> {
    return this.#lay('requests', pattern);
  }

  /** The next reply that matches is lost with its connection: the command has run. Resolves when that has happened. */
  loseNextReply(pattern: RegExp): Promise<void> {
    return this.#lay('replies', pattern);
  }

  /** Breaks all connections and takes no more. */
  async close(): Promise<void> {
    this.#forget();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await closed;
  }

  #accept(client: Socket): void {
    const server = connect({ port: this.target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const link = new Link(client, server, {
      weather: (direction) => this.#weather[direction],
      trap: (direction, chunk) => this.#spring(direction, chunk),
      closed: () => this.#links.delete(link),
    });
    this.#links.add(link);
  }

  #set(direction: Direction, weather: Weather): void {
    this.#weather[direction] = weather;
    for (const link of this.#links) link.pump();
  }

  #lay(direction: Direction, pattern: RegExp): Promise<void> {
    return new Promise((sprung) => void this.#traps.add({ direction, pattern, sprung }));
  }

  #spring(direction: Direction, chunk: Buffer): Trap | undefined {
    const text = chunk.toString('latin1');
    for (const trap of this.#traps) {
      if (trap.direction !== direction || !trap.pattern.test(text)) continue;
      this.#traps.delete(trap);
      return trap;
    }
    return undefined;
  }
}

interface LinkHost {
  weather(direction: Direction): Weather;
  /** The trap that this piece of data springs. */
  trap(direction: Direction, chunk: Buffer): Trap | undefined;
  closed(): void;
}

/** One connection through the proxy. */
class Link {
  readonly #requests: Pipe;
  readonly #replies: Pipe;
  #broken = false;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly host: LinkHost,
  ) {
    this.#requests = new Pipe(client, server, {
      weather: () => host.weather('requests'),
      deliver: (chunk) => this.#deliverRequest(chunk),
      ended: () => this.#closeIfDone(),
    });
    this.#replies = new Pipe(server, client, {
      weather: () => host.weather('replies'),
      deliver: (chunk) => this.#deliverReply(chunk),
      ended: () => this.#closeIfDone(),
    });
  }

  pump(): void {
    this.#requests.pump();
    this.#replies.pump();
  }

  strand(): void {
    this.#requests.stop();
    this.#replies.stop();
  }

  break(): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#requests.stop();
    this.#replies.stop();
    for (const socket of [this.client, this.server]) {
      // A socket that is saying goodbye cannot be reset any more: libuv refuses, and node would leak it.
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
    this.host.closed();
  }

  #deliverRequest(chunk: Buffer): void {
    const trap = this.host.trap('requests', chunk);
    if (!trap) {
      this.server.write(chunk);
      return;
    }
    // Nothing may follow the first half.
    this.strand();
    this.server.write(chunk.subarray(0, chunk.length >> 1), () => {
      this.break();
      trap.sprung();
    });
  }

  #deliverReply(chunk: Buffer): void {
    const trap = this.host.trap('replies', chunk);
    if (!trap) {
      this.client.write(chunk);
      return;
    }
    this.break();
    trap.sprung();
  }

  /** Both sockets have been told the end, and close by themselves once they have written what they hold. */
  #closeIfDone(): void {
    if (this.#requests.hasEnded && this.#replies.hasEnded) this.host.closed();
  }
}

interface PipeHost {
  weather(): Weather;
  deliver(chunk: Buffer): void;
  ended(): void;
}

/** One direction of a connection: what has arrived waits here for better weather. */
class Pipe {
  readonly #waiting: { readonly chunk: Buffer | undefined; readonly at: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #state: 'open' | 'source ended' | 'ended' | 'stopped' = 'open';

  constructor(
    source: Socket,
    private readonly sink: Socket,
    private readonly host: PipeHost,
  ) {
    source.on('data', (chunk) => this.#push(chunk));
    // However the source goes, its peer sees an orderly end after all that came before.
    source.on('error', () => {});
    for (const event of ['end', 'close'] as const) source.on(event, () => this.#end());
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  pump(): void {
    clearTimeout(this.#timer);
    const weather = this.host.weather();
    if (weather.kind === 'hole') return;
    const delay = weather.kind === 'slow' ? weather.delay : 0;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const left = next.at + delay - performance.now();
      if (left > 0) {
        this.#timer = setTimeout(() => this.pump(), Math.ceil(left));
        return;
      }
      this.#waiting.shift();
      if (!next.chunk) {
        this.#state = 'ended';
        this.sink.end();
        this.host.ended();
      } else if (this.sink.writable) this.host.deliver(next.chunk);
    }
  }

  /** Nothing comes out of it any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    this.#state = 'stopped';
  }

  #end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'source ended';
    this.#push(undefined);
  }

  #push(chunk: Buffer | undefined): void {
    if (this.#state === 'stopped') return;
    this.#waiting.push({ chunk, at: performance.now() });
    this.pump();
  }
}
