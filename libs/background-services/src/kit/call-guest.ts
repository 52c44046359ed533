/**
 * Calls what somebody else wrote: a logger, a listener, a hook. Whatever it does, this returns: what it throws, and what the promise that it
 * returns rejects with, goes to `onError`, whose own errors are dropped. Nobody waits for a promise that does not settle.
 */
export function callGuest(guest: () => unknown, onError: (error: unknown) => void = () => undefined): void {
  const contain = (error: unknown): void => {
    try {
      onError(error);
    } catch {
      // There is nobody left to tell.
    }
  };
  try {
    const returned = guest();
    // Not every promise is a Promise: those of other realms and libraries are not. A `then` that throws rejects what is made of it.
    if (typeof returned === 'object' && returned !== null) Promise.resolve(returned).catch(contain);
  } catch (error) {
    contain(error);
  }
}
