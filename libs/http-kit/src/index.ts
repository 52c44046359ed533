// What the packages that mount routes share. They bundle it: nothing of it is public but the types that they hand on.

// Who may look, and who may act: guards that the host names.
export { ActGuard, ReadGuard } from './guards.js';
export { GuestCalls } from './guest-calls.js';
export { HostGuards, permits } from './host-guards.js';
export { SameOriginGuard } from './same-origin.guard.js';

// Routes at a path that is known late, and their part of the OpenAPI document.
export { mountAt } from './mount.js';
export { describeController, leaveOutController, type Operation } from './openapi.js';
export { HTTP_PROVIDERS } from './providers.js';
export { HTTP_SURFACE, type HttpGuard, type HttpGuards, type HttpSurface } from './surface.js';
export { guardsOf, ONE_KIND_OF_GUARD, routePath, SURFACE_FIELDS } from './surface-options.js';

// Answers: bodies, problem+json, streams of events.
export { EventStream, type EventStreamOptions } from './event-stream.js';
export { type Problem, type ProblemKind, type ProblemKinds, toProblem } from './problem.js';
export { ProblemFilter } from './problem.filter.js';
export { type Reply, Replies } from './replies.js';
export { nodeResponse, toServerResponse } from './server-response.js';

// From the heart, and not of HTTP alone: options, signals, guests, log lines, and what is wrong with a Redis.
export { describeError, problemLines } from '../../background-services/src/errors/index.js';
export {
  callback,
  check,
  type CrossCheck,
  type FieldsOf,
  flag,
  group,
  number,
  oneOf,
  port,
  problemsIn,
  text,
  value,
  whole,
} from '../../background-services/src/schema/index.js';
export {
  abortController,
  callGuest,
  callSite,
  inBackground,
  isOfFamily,
  nameFamily,
  onAbort,
  shared,
  whenClosed,
  within,
} from '../../background-services/src/kit/index.js';
export { LibraryLog, type LineLogger } from '../../background-services/src/logs/index.js';
export {
  asRedisUrl,
  dropUnanswered,
  evictionTrouble,
  explainRedisError,
  redisTargetProblems,
  type RedisTrouble,
  troubleLine,
} from '../../background-services/src/redis/index.js';
