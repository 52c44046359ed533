import type { Provider } from '@nestjs/common';
import { ActGuard, ReadGuard } from './guards.js';
import { HostGuards } from './host-guards.js';
import { ProblemFilter } from './problem.filter.js';
import { Replies } from './replies.js';
import { SameOriginGuard } from './same-origin.guard.js';

/** For the `providers` of a module that mounts routes, beside its `HTTP_SURFACE`. */
export const HTTP_PROVIDERS: readonly Provider[] = [
  HostGuards,
  ReadGuard,
  ActGuard,
  SameOriginGuard,
  Replies,
  ProblemFilter,
];
