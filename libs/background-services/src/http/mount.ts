import { Controller, type Type, VERSION_NEUTRAL } from '@nestjs/common';

/** Segments of what a URL's path takes as it is; nothing that a router would read as a pattern. */
const PATH = /^(?:[\w.~-]+(?:\/[\w.~-]+)*)?$/;

/** A path without slashes around it (`''`: the root), or `undefined` if it is none. */
export function readPath(path: unknown): string | undefined {
  const trimmed = typeof path === 'string' ? path.replace(/^\/+|\/+$/g, '') : undefined;
  return trimmed !== undefined && PATH.test(trimmed) ? trimmed : undefined;
}

/**
 * Writes the path on a controller class. Nest reads it when it registers routes, after all providers have been made, so it may come from options
 * that are known only then. Clients ask at one path, whichever versions of its API the app has.
 * @param path `undefined`: nothing of it is mounted
 */
export function mountAt(controller: Type, path: string | undefined): void {
  Controller({ path: path ?? [], version: VERSION_NEUTRAL })(controller);
}
