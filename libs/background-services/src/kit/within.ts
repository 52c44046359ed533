interface Timers {
  setTimeout(callback: () => void, delay: number): { cancel(): void };
}

/** Whether the work is over within `timeout` ms, well or badly. Never rejects, and leaves no timer. Nobody ends work that is late. */
export function within(timers: Timers, timeout: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = timers.setTimeout(() => resolve(false), timeout);
    const over = () => {
      timer.cancel();
      resolve(true);
    };
    work.then(over, over);
  });
}
