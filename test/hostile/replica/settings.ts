import type { RevocationReason } from 'nestjs-background-services';

/** What a replica is told, as JSON in the environment variable REPLICA. */
export interface HostileReplicaSettings {
  readonly redis: string;
  /** Of leases, ms. */
  readonly ttl: number;
  readonly instanceId: string;
}

/** What it says on stdout, as JSON. Times are in milliseconds since the epoch. */
export type HostileReplicaEvent =
  | { readonly event: 'up'; readonly instance: string; readonly url: string }
  | { readonly event: 'elected'; readonly key: string; readonly token: number; readonly at: number }
  | {
      readonly event: 'revoked';
      readonly key: string;
      readonly token: number;
      readonly reason: RevocationReason;
      readonly at: number;
    }
  /** It is about to end, for want of somebody who handles it. */
  | { readonly event: 'unhandled'; readonly origin: string; readonly error: string };

/** The leases of the fleet. The token of the last one is mutated, which ends its terms by right; those of the others must last. */
export const KEYS = ['prices:leader', 'reports:leader', 'rates:leader'] as const;
export const TOSSED = 'rates:leader' satisfies (typeof KEYS)[number];

export const WORKERS = ['intraday-prices', 'order-book', 'nightly-report', 'exchange-rates'] as const;
export const JOB_TYPES = ['price-history', 'statements'] as const;

/** Items that a job of `price-history` has. */
export const DAYS = 60;
