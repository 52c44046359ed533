import { types } from 'node:util';
import { InvalidEnvironmentError } from './config/invalid-environment.error.js';
import { DataDirectoryInUseError } from './database/data-directory-in-use.error.js';

/** What the operator reads when the app does not start: plain words for what they can correct, else the stack. */
export function explainStartError(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  if (error instanceof InvalidEnvironmentError || error instanceof DataDirectoryInUseError)
    return error.message;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use by another process. Stop it, or set PORT to another one (0 takes any free one).`;
  }
  return error.stack ?? error.message;
}
