import type { BackgroundServicesOptions } from 'nestjs-background-services';
import type { FleetView } from 'nestjs-background-services/fleet';

/** What a replica of the tests is told, as JSON in the environment variable REPLICA. Milliseconds throughout. */
export interface ReplicaSettings {
  /** One Redis, or several independent ones. With several, no `confirmed` events are reported. */
  readonly redis: string | readonly string[];
  readonly ttl?: number;
  readonly drainTimeout?: number;
  /** Elected interval workers, all of one class and lease. */
  readonly workers?: number;
  readonly every?: number;
  /** How long an iteration takes. @default 0: it ends at once */
  readonly work?: number;
  /** For how long an iteration keeps the event loop to itself, after which it asserts that it still leads. @default 0 */
  readonly burn?: number;
  /** Who renews meanwhile. With `'thread'` no `confirmed` events are reported. @default 'in-process' */
  readonly heartbeat?: BackgroundServicesOptions['heartbeat'];
  readonly stallLimit?: number;
  /** An elected cron worker. */
  readonly cron?: string;
  /** An undecorated method of @nestjs/schedule. */
  readonly undecorated?: number;
  /** Whether it listens to HTTP, as most apps do. @default true */
  readonly http?: boolean;
}

/** What a replica says on stdout, one JSON object a line. `at` is in milliseconds since the epoch, with fractions. */
export type ReplicaEvent =
  | { readonly event: 'up'; readonly at: number; readonly instance: string }
  | ({ readonly event: 'start' } & Moment)
  | ({ readonly event: 'end' } & Moment)
  | { readonly event: 'abort'; readonly at: number; readonly token: number; readonly reason: string }
  /** A command that prolongs the lease was sent at `at`, and has been confirmed. */
  | { readonly event: 'confirmed'; readonly at: number; readonly token: number }
  | { readonly event: 'undecorated'; readonly at: number }
  | { readonly event: 'blocked'; readonly at: number }
  /** The fleet as this replica sees it; told on SIGURG. */
  | { readonly event: 'view'; readonly at: number; readonly view: Told<FleetView> };

/** What is left of a value on its way through JSON. */
export type Told<Value> = Value extends Date
  ? string
  : Value extends object
    ? { readonly [Name in keyof Value]: Told<Value[Name]> }
    : Value;

/** The beginning or the end of an iteration. */
interface Moment {
  readonly at: number;
  readonly worker: string;
  readonly token: number;
  readonly due: number;
}

export const LEASE_KEY = 'fleet:leader';
