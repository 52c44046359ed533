import { describeError, InvalidWorkerError } from '../errors/index.js';

/**
 * Reads an object of the app, whose accessors may throw.
 * @throws InvalidWorkerError
 */
export function readable<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidWorkerError) throw error;
    const problem = `it cannot be read: ${describeError(error).message}`;
    throw new InvalidWorkerError(place, problem, 'Give it plain values', { cause: error });
  }
}
