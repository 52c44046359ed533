/** A package or a kind of app that the library is dropped beside, and what its app must say. */
export interface Neighbour {
  /** The file of its app, without ending. */
  readonly app: string;
  readonly what: string;
  /** Loaded before the app, as the neighbour's documentation asks for. */
  readonly before?: string;
  /** Lines of work that runs where this replica leads, and only there. */
  readonly elected: readonly RegExp[];
  /** Lines of work that runs on every replica. */
  readonly plain: readonly RegExp[];
  /** Further lines, once it leads: what the neighbour was told, found or reported. */
  readonly then?: readonly RegExp[];
  /** What the log may hold beside lines of level LOG. */
  readonly mayLog?: RegExp;
  /** Its log is written behind, and the signal that Nest ends the process with cuts the last lines off. */
  readonly logsBehind?: boolean;
  readonly without?: 'nest-11' | 'nest-12';
}

const JOBS = { elected: [/^elected$/], plain: [/^plain$/] };

export const NEIGHBOURS: readonly Neighbour[] = [
  {
    app: 'sentry',
    what: '@sentry/nestjs, which wraps the schedule decorators',
    before: 'sentry-instrument.js',
    elected: ['of-class', 'cron-of-class', 'timeout-of-class', 'above', 'below', 'traced', 'monitored'].map(
      (name) => new RegExp(`^elected ${name}$`),
    ),
    plain: [/^plain$/],
    then: [
      /^reported interval of the class by auto\.function\.nestjs\.interval$/,
      /^reported cron of the class by auto\.function\.nestjs\.cron$/,
      /^reported timeout of the class by auto\.function\.nestjs\.timeout$/,
      /^reported elected above by auto\.function\.nestjs\.interval$/,
      /^reported elected below by auto\.function\.nestjs\.interval$/,
      /^reported plain by auto\.function\.nestjs\.interval$/,
    ],
    mayLog: /failed: |\[Scheduler\] Error: plain/,
  },
  {
    app: 'pino',
    what: 'nestjs-pino',
    ...JOBS,
    then: [
      /^\{(?=.*"context":"Elected")(?=.*"msg":"a line of the app")/,
      /^\{(?=.*"context":"elected")(?=.*"msg":"a line of the iteration")/,
      /^\{(?=.*"level":50)(?=.*"worker":"elected")(?=.*"msg":"Iteration 1 failed: no prices)(?=.*"err":\{"type":"Error","message":"no prices)(?=.*connect refused)/,
    ],
    mayLog: /Iteration 1 failed/,
    logsBehind: true,
  },
  {
    app: 'cls',
    what: 'nestjs-cls with @UseCls and @Transactional',
    elected: [
      /^elected cls-above some-id$/,
      /^elected cls-below some-id$/,
      /^elected transactional-above true$/,
      /^elected transactional-below true$/,
    ],
    plain: [/^plain some-id$/],
    mayLog: /NoOpTransactionalAdapter/,
  },
  {
    app: 'mikro-orm',
    what: "MikroORM's @CreateRequestContext",
    elected: [/^elected class-order in a context$/, /^elected interval-first in a context$/],
    plain: [/^plain in a context$/],
  },
  {
    app: 'otel',
    what: 'nestjs-otel',
    elected: [/^elected above$/, /^elected below$/],
    plain: [/^plain$/],
    then: [
      /^span span-above ERROR in another$/,
      /^span span-below UNSET in another$/,
      /^span background\.iteration above ERROR on its own$/,
      /^span span-plain UNSET on its own$/,
    ],
    mayLog: /failed: no prices|^span /,
  },
  {
    app: 'golevelup-discovery',
    what: '@golevelup/nestjs-discovery',
    elected: [/^elected above$/, /^elected below$/],
    plain: [/^plain$/],
    then: [/^found above on above$/, /^found below on below$/],
    // It takes Nest 11 only.
    without: 'nest-12',
  },
  {
    app: 'cqrs',
    what: '@nestjs/cqrs',
    elected: [/^elected handler$/, /^elected worker$/],
    plain: [/^plain$/],
    then: [/^command in elected$/, /^event handled$/],
  },
  {
    app: 'bullmq',
    what: 'processors of @nestjs/bullmq',
    elected: [/^elected processor$/, /^elected worker$/],
    plain: [/^plain$/],
    then: [/^processed$/, /^reported no prices$/],
  },
  {
    app: 'event-emitter',
    what: '@nestjs/event-emitter',
    elected: [/^elected above$/, /^elected below$/],
    plain: [/^plain$/, /^event above$/, /^event below$/],
    then: [/^told of neighbour:leader$/],
  },
  { app: 'throttler-helmet', what: '@nestjs/throttler as a global guard, and helmet', ...JOBS },
  { app: 'fastify', what: 'Fastify', ...JOBS },
  { app: 'microservice', what: 'a microservice', ...JOBS },
  { app: 'hybrid', what: 'a hybrid app', ...JOBS },
  { app: 'application-context', what: 'an app without HTTP', ...JOBS },
];

/** What every app has, by Nest's version. */
export const PLATFORMS = {
  'nest-11': {
    format: 'commonjs',
    title: 'a CommonJS app on Nest 11',
    dependencies: {
      '@nestjs/common': '^11.1.21',
      '@nestjs/core': '^11.1.21',
      '@nestjs/platform-express': '^11.1.0',
      '@nestjs/platform-fastify': '^11.1.0',
      '@nestjs/microservices': '^11.1.0',
      '@nestjs/schedule': '^6.1.0',
      '@nestjs/terminus': '^11.0.0',
      '@nestjs/cqrs': '^11.0.0',
      '@nestjs/event-emitter': '^3.0.0',
      '@nestjs/bullmq': '^11.0.0',
      bullmq: '^5.81.5',
      ioredis: '^5.11.1',
      '@sentry/nestjs': '10.75.3',
      '@golevelup/nestjs-discovery': '7.0.3',
    },
  },
  'nest-12': {
    format: 'esm',
    title: 'an ESM app on Nest 12',
    dependencies: {
      '@nestjs/common': '^12.5.0',
      '@nestjs/core': '^12.5.0',
      '@nestjs/platform-express': '^12.5.0',
      '@nestjs/platform-fastify': '^12.5.0',
      '@nestjs/microservices': '^12.1.0',
      '@nestjs/schedule': '^12.0.2',
      '@nestjs/terminus': '^12.1.0',
      '@nestjs/cqrs': '^12.0.0',
      '@nestjs/event-emitter': '^12.0.1',
      '@nestjs/bullmq': '^12.0.0',
      bullmq: '^6.7.0',
      ioredis: '^6.0.0',
      // The one that wraps the decorators of schedule 12, too.
      '@sentry/nestjs': '11.0.0-rc.1',
    },
  },
} as const;

export const NEIGHBOUR_VERSIONS = {
  '@mikro-orm/core': '6.6.16',
  '@mikro-orm/postgresql': '6.6.16',
  '@nestjs-cls/transactional': '3.3.0',
  '@nestjs/throttler': '6.7.1',
  '@opentelemetry/api': '1.9.1',
  '@opentelemetry/context-async-hooks': '2.12.1',
  '@opentelemetry/sdk-trace-base': '2.12.1',
  '@types/inquirer': '8.2.13',
  helmet: '8.3.0',
  'nest-commander': '3.21.0',
  'nestjs-cls': '6.3.1',
  'nestjs-otel': '8.1.1',
  'nestjs-pino': '5.2.1',
  pino: '10.4.0',
  'pino-http': '11.0.0',
  'reflect-metadata': '^0.2.2',
  rxjs: '^7.8.2',
};
