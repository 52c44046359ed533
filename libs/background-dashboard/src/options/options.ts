import type { Clock } from 'nestjs-background-services/store';
import type { HttpGuard, HttpGuards } from 'nestjs-background-http-kit';

/** Lets a request through, or not: a class that the app provides, or an instance. */
export type DashboardGuard = HttpGuard;
/** Who may look, and who may act. */
export type DashboardGuards = HttpGuards;

/** Options of `BackgroundDashboardModule`. Without `guard` and `guards` nothing is mounted, and every path answers 404. */
export interface BackgroundDashboardOptions {
  /** Where the page is; the API is below it, at `<path>/api`. A global prefix of the app goes before it. @default 'background' */
  readonly path?: string;
  /** One guard for looking and acting; instead of `guards`. */
  readonly guard?: DashboardGuard;
  /** Guards of their own for looking and for acting; instead of `guard`. */
  readonly guards?: DashboardGuards;
  /** Whether the page is mounted, or the API alone. @default true */
  readonly page?: boolean;
  /**
   * Says who is asking, for the audit list: 1 to 200 characters, of a request of the app's own HTTP server that the guards have let through.
   * @default none: whoever acts gives a name, which is taken as it is given
   */
  readonly identify?: (request: never) => string | undefined | Promise<string | undefined>;
  /** Pages that are open at a time on this replica. Further ones are answered 503 with `Retry-After`. @default 200 */
  readonly maxClients?: number;
  /** The source of time. For tests. */
  readonly clock?: Clock;
}

/** For `forRootAsync({ useClass })` and `{ useExisting }`. */
export interface BackgroundDashboardOptionsFactory {
  createBackgroundDashboardOptions(): BackgroundDashboardOptions | Promise<BackgroundDashboardOptions>;
}

/** The options with every default filled in. */
export interface ResolvedOptions {
  /** Without slashes around it; `''`: the root. */
  readonly path: string;
  /** `undefined`: nothing is mounted. */
  readonly guards: DashboardGuards | undefined;
  readonly page: boolean;
  readonly identify: ((request: unknown) => string | undefined | Promise<string | undefined>) | undefined;
  readonly maxClients: number;
  readonly clock: Clock;
}
