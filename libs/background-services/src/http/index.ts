// What the packages that mount routes share: guards that the host names, problem+json, streams of events, OpenAPI.
export { ActGuard, ReadGuard } from './guards.js';
export { HostGuards } from './host-guards.js';
export { mountAt, readPath } from './mount.js';
export { describeController, leaveOutController, type Operation } from './openapi.js';
export { type Problem, type ProblemKind, type ProblemKinds, toProblem } from './problem.js';
export { ProblemFilter } from './problem.filter.js';
export { HTTP_PROVIDERS } from './providers.js';
export { type Reply, Replies } from './replies.js';
export { SameOriginGuard } from './same-origin.guard.js';
export { EventStream, type EventStreamOptions } from './event-stream.js';
export { toServerResponse } from './server-response.js';
export {
  GUARD,
  HTTP_SURFACE,
  type HttpGuard,
  type HttpGuards,
  type HttpSurface,
  isGuard,
} from './surface.js';
