import type { CanActivate, Type } from '@nestjs/common';

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
  /** Whether a degraded worker answers 503 (`down`) instead of 200 (`up`, with the worker's status in the details). @default true */
  readonly failOnDegraded: boolean;
  /** Whether the texts of the last errors are shown. With the ready-made controller it needs a `guard`. @default false */
  readonly exposeErrors: boolean;
  /** Guards the ready-made background health (not liveness and readiness): a class, made with its dependencies, or an instance. */
  readonly guard?: Type<CanActivate> | CanActivate;
}
