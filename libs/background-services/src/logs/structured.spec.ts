import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ConsoleLogger, type ConsoleLoggerOptions, Logger, type LoggerService } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { readError } from '../errors/index.js';
import { LibraryLog } from './library-log.js';

type Written = Readonly<Record<string, unknown>>;

const FIELDS = { key: 'prices:leader', token: 7 };
const ERROR = readError(
  new RangeError('Failed query', { cause: new Error('connect ECONNREFUSED 127.0.0.1:5432') }),
);

/** Writes one line and one error through Nest, to the logger that the app uses. */
function write(logger: LoggerService): void {
  Logger.overrideLogger(logger);
  const log = new LibraryLog(new Logger('BackgroundServices'), { style: 'structured', replica: 'one' });
  log.log('Became LEADER', FIELDS);
  log.error('Iteration 1 failed', FIELDS, ERROR);
}

/** What Nest's own logger writes, as JSON. */
function writtenBy(options: ConsoleLoggerOptions): readonly Written[] {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  try {
    write(new ConsoleLogger({ json: true, colors: false, ...options }));
  } finally {
    jest.restoreAllMocks();
  }
  return written.map((line) => JSON.parse(line) as Written);
}

/**
 * What pino writes for calls that come to it as nestjs-pino hands them on: the last argument is the context, an object is merged into the
 * record, and what stands between is pino's message.
 */
function writtenByPino(): readonly Written[] {
  const written: string[] = [];
  const stream = { write: (line: string) => void written.push(line) };
  const pino = new FastifyAdapter({ logger: { level: 'debug', stream } }).getInstance().log;
  const hand =
    (level: 'info' | 'warn' | 'debug' | 'error') =>
    (message: unknown, ...more: unknown[]) => {
      const context = more.at(-1);
      const rest = more.slice(0, -1);
      if (typeof message === 'object') pino[level]({ context, ...message }, ...(rest as []));
      else pino[level]({ context }, message as string, ...rest);
    };
  write({ log: hand('info'), warn: hand('warn'), debug: hand('debug'), error: hand('error') });
  return written.map((line) => JSON.parse(line) as Written);
}

describe('Structured lines', () => {
  afterEach(() => void Logger.overrideLogger(new ConsoleLogger()));

  it("are records of Nest's JSON logger: a text as message, the fields and the error beside it", () => {
    expect(writtenBy({})).toEqual([
      {
        ...{ level: 'log', pid: process.pid, timestamp: expect.any(Number), context: 'BackgroundServices' },
        ...{ message: 'Became LEADER', replica: 'one', ...FIELDS },
      },
      expect.objectContaining({
        ...{ level: 'error', message: 'Iteration 1 failed', replica: 'one', ...FIELDS },
        err: expect.objectContaining({
          ...{
            type: 'RangeError',
            message: 'Failed query',
            stack: expect.stringContaining('structured.spec'),
          },
          cause: expect.objectContaining({ message: 'connect ECONNREFUSED 127.0.0.1:5432' }),
        }),
      }),
    ]);
  });

  it("keep to the app's word where it wants the fields of Nest's logger elsewhere", () => {
    const [nested] = writtenBy({ flattenParams: false });
    expect(nested).toMatchObject({ message: 'Became LEADER', params: { replica: 'one', ...FIELDS } });
    const [object] = writtenBy({ structuredParams: false });
    expect(object).toMatchObject({ message: { message: 'Became LEADER', ...FIELDS } });
  });

  it("do not change the options of the app's logger", () => {
    const logger = new ConsoleLogger({ json: true, logLevels: ['fatal'] });
    const { options } = logger as unknown as { readonly options: object };
    const before = { ...options };
    write(logger);
    expect(options).toEqual(before);
  });

  it('are records of pino: `msg` is the text, the fields stand beside it, and `err` has type, stack and causes', () => {
    const [line, error] = writtenByPino();
    expect(line).toMatchObject({
      context: 'BackgroundServices',
      msg: 'Became LEADER',
      replica: 'one',
      ...FIELDS,
    });
    expect(error).toMatchObject({
      ...{ context: 'BackgroundServices', msg: 'Iteration 1 failed', ...FIELDS },
      err: {
        type: 'RangeError',
        message: 'Failed query: connect ECONNREFUSED 127.0.0.1:5432',
        stack: expect.stringMatching(/structured\.spec[^]*caused by: Error: connect ECONNREFUSED/),
      },
    });
  });
});
