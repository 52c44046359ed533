/** What an extension says of itself to a health check. */
export interface ExtensionHealth {
  /** Why this replica is degraded, for people; empty: it is healthy. */
  readonly reasons: readonly string[];
  /** For the health body: JSON, at most 50,000 characters. */
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Another kind of background work in the same app, which wants to be seen with the workers. It is asked at once, on health checks and with each
 * presence told to the fleet, so it answers from memory.
 */
export interface BackgroundExtension {
  /** Its name in the health body and in the fleet's view: lower-case letters, digits and dashes. */
  readonly name: string;
  /** Joins `/health/background`; degraded counts as a degraded worker does. */
  health?(): ExtensionHealth;
  /** What every replica can see of it on this one: JSON, at most 4,000 characters. */
  presence?(): unknown;
}
