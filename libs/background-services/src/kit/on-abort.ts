import { contained } from './contained.js';

/**
 * Calls `fn` once when the signal aborts. If it is aborted already, `fn` is called at once, before this returns: an abort that came while
 * something else was awaited is not lost, and nothing can begin in between.
 *
 * Because of that, `fn` must not use what is assigned from the result. It need not: the listener is gone when it is called.
 *
 * @param fn what it throws becomes a warning of the process; other listeners are told all the same
 * @returns stops listening; harmless after the abort
 */
export function onAbort(signal: AbortSignal, fn: () => void): () => void {
  if (signal.aborted) {
    contained(fn);
    return () => undefined;
  }
  const listener = new AbortListener(fn);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

/** An object, not a function: thousands of terms listen, and what a function closes over is kept with it. */
class AbortListener {
  constructor(private readonly fn: () => void) {}

  handleEvent(): void {
    contained(this.fn);
  }
}
