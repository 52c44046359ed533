import { setMaxListeners } from 'node:events';

/** An `AbortController` for a signal that is handed to users. It takes any number of listeners: Node would warn of the eleventh. */
export function abortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
