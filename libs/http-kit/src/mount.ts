import { Controller, type Type, VERSION_NEUTRAL } from '@nestjs/common';

/** Segments of characters that need no escape in a URL, and that no router reads as a pattern. */
const PATH = /^(?:[\w.~-]+(?:\/[\w.~-]+)*)?$/;

/** The path without slashes around it (`''`: the root), or `undefined` if it is not a path. */
export function readPath(path: unknown): string | undefined {
  const trimmed = typeof path === 'string' ? path.replace(/^\/+|\/+$/g, '') : undefined;
  return trimmed !== undefined && PATH.test(trimmed) ? trimmed : undefined;
}

/**
 * Sets the path of a controller class. Nest reads it when it registers routes, after all providers have been created, so it may come from
 * options that are known only then. The routes have no version, whatever versioning the app uses.
 * @param path `undefined`: none of its routes is mounted
 */
export function mountAt(controller: Type, path: string | undefined): void {
  Controller({ path: path ?? [], version: VERSION_NEUTRAL })(controller);
}
