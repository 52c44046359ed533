import { cut } from './show.js';

/** A log line of more helps nobody, and what is thrown may carry the megabytes of a response. */
const MESSAGE_LENGTH = 2_000;
const STACK_LENGTH = 10_000;
const TYPE_LENGTH = 100;

/** Type and message of whatever was thrown, of a bounded length. Never throws itself: user code throws anything. */
export function describeError(error: unknown): {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
} {
  try {
    if (!(error instanceof Error))
      return { type: error === null ? 'null' : typeof error, message: cut(String(error), MESSAGE_LENGTH) };
    const { stack } = error;
    return {
      type: typeOf(error),
      message: cut(String(error.message), MESSAGE_LENGTH),
      ...(typeof stack === 'string' ? { stack: cut(stack, STACK_LENGTH) } : {}),
    };
  } catch {
    return { type: typeof error, message: '(cannot be shown)' };
  }
}

function typeOf(error: Error): string {
  const { name }: { readonly name: unknown } = error.constructor;
  return typeof name === 'string' ? cut(name, TYPE_LENGTH) : 'Error';
}
