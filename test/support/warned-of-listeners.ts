/** Whether Node has warned that a signal has too many listeners. (Inside Jest nobody hears that warning: the sandbox has a process of its own.) */
export function warnedOfListeners(signal: AbortSignal): boolean {
  const mark = Reflect.ownKeys(signal).find(
    (key) => String(key) === 'Symbol(events.maxEventTargetListenersWarned)',
  );
  if (mark === undefined)
    throw new Error('This version of Node keeps no mark of the warning: look for another way');
  return Reflect.get(signal, mark) === true;
}

/** Adds as many listeners as a worker with many requests does. */
export function listenOften(signal: AbortSignal): void {
  for (let i = 0; i < 50; i++) signal.addEventListener('abort', () => undefined);
}
