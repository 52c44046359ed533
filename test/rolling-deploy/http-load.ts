import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { onCleanUp } from '../support/deferred-cleanup.js';

/** What callers ask for. Asked of a replica that does not lead, the POST is answered 409, which names the one that does. */
const REQUESTS = [
  { method: 'GET', path: '/quotes', expected: [200] },
  { method: 'GET', path: '/portfolio/demo', expected: [200] },
  { method: 'GET', path: '/portfolio/demo/history?limit=5', expected: [200] },
  { method: 'POST', path: '/portfolio/snapshots', expected: [200, 409] },
  { method: 'GET', path: '/candles/AAPL?limit=5', expected: [200] },
] as const;

/** Milliseconds: a request that takes longer has failed. */
const TIMEOUT = 10_000;

export interface LoadOptions {
  readonly url: string;
  readonly apiKey: string;
  /** Half of them keep their connection, half open a new one for every request. */
  readonly callers: number;
  /** How long a caller pauses between an answer and its next request, ms. */
  readonly pause: number;
}

/** Callers that ask for one thing after another through the proxy, and write down what went wrong, until the test ends at the latest. */
export class HttpLoad {
  /** How long each answer took, ms. */
  readonly times: number[] = [];
  readonly failures: string[] = [];
  private readonly agent = new Agent({ keepAlive: true });
  private readonly callers: Promise<void>[];
  private readonly forget = onCleanUp(() => this.stop());
  private isOver = false;

  constructor(private readonly options: LoadOptions) {
    this.callers = Array.from({ length: options.callers }, (_, index) => this.call(index));
  }

  get requests(): number {
    return this.times.length + this.failures.length;
  }

  /** Waits for the answers to what has been asked. */
  async stop(): Promise<void> {
    this.isOver = true;
    this.forget();
    await Promise.all(this.callers);
    this.agent.destroy();
  }

  private async call(index: number): Promise<void> {
    await pause((index * this.options.pause) / this.options.callers);
    for (let turn = index; !this.isOver; turn += 1) {
      const asked = REQUESTS[turn % REQUESTS.length]!;
      const from = performance.now();
      try {
        const { status, replica } = await this.ask(asked, index % 2 === 0 ? this.agent : false);
        if ((asked.expected as readonly number[]).includes(status)) this.times.push(performance.now() - from);
        else this.fail(asked, `status ${status} of ${replica}`);
      } catch (error) {
        this.fail(asked, String(error));
      }
      await pause(this.options.pause);
    }
  }

  private fail({ method, path }: (typeof REQUESTS)[number], why: string): void {
    this.failures.push(`${new Date().toISOString()} ${method} ${path}: ${why}`);
  }

  private ask(
    { method, path }: (typeof REQUESTS)[number],
    agent: Agent | false,
  ): Promise<{ status: number; replica: string }> {
    return new Promise((resolve, reject) => {
      const asked = request(
        new URL(path, this.options.url),
        { method, agent, headers: { 'x-api-key': this.options.apiKey }, timeout: TIMEOUT },
        (answer) => {
          const replica = String(answer.headers['x-served-by']);
          answer
            .resume()
            .once('end', () => resolve({ status: answer.statusCode ?? 0, replica }))
            .once('error', reject);
        },
      );
      asked
        .once('timeout', () => asked.destroy(new Error(`No answer in ${TIMEOUT} ms`)))
        .once('error', reject)
        .end();
    });
  }
}
