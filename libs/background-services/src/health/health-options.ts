import type { CanActivate, Type } from '@nestjs/common';

/** When this replica is degraded, and what its health routes show to whom. */
export interface HealthOptions {
  /** Whether the ready-made controller is mounted. @default true */
  readonly controller: boolean;
  /** Path of the background health. @default 'health/background' */
  readonly path: string;
  /** Path of the liveness probe. @default 'health/live' */
  readonly livePath: string;
  /** Path of the readiness probe. @default 'health/ready' */
  readonly readyPath: string;
  /** A worker whose recent error rate (last 100 iterations) is above this is degraded; 0 to 1. @default 0.05 */
  readonly maxErrorRate: number;
  /**
   * Whether a degraded worker answers 503 (`down`) instead of 200 (`degraded`, or `up` where Terminus does not know that). The details show
   * it either way.
   * @default true
   */
  readonly failOnDegraded: boolean;
  /** Whether the texts of the last errors are shown. With the ready-made controller it needs a `guard`. @default false */
  readonly exposeErrors: boolean;
  /**
   * Guards the ready-made background health (not liveness and readiness). Of a class the app's own instance is used, wherever it is provided;
   * if it is nowhere, one is made with what global modules and the `imports` of `forRootAsync` offer.
   */
  readonly guard?: Type<CanActivate> | CanActivate;
  /**
   * Up to how many workers of this replica the body lists every one. Beyond it, the body is a summary: counts, and the first 20 workers that
   * are degraded. A request chooses with `?detail=full` or `?detail=summary`.
   * @default 100
   */
  readonly detailLimit: number;
  /**
   * Whether the readiness probe answers 503 while the lease store does not answer, and, where this replica campaigns, until it has answered
   * once. Mind that then an outage of the store takes every replica out of the load balancer. The liveness probe never asks for it.
   * @default false
   */
  readonly readyRequiresStore: boolean;
  /**
   * Decorators for each of the three routes, e.g. `[Public(), SkipThrottle()]`: what tells global guards of the app to let orchestrators
   * through. They are applied as method decorators.
   * @default none
   */
  readonly decorators: readonly MethodDecorator[];
}
