/** Calls `fn`; what it throws becomes a warning of the process. An error must not keep others from being told, or end the process. */
export function contained(fn: () => void): void {
  try {
    fn();
  } catch (error) {
    warnOf('A listener failed', error);
  }
}

/** What nobody can be told of becomes a warning of the process. */
export function warnOf(what: string, error: unknown): void {
  process.emitWarning(`${what}: ${textOf(error)}`, 'BackgroundServicesWarning');
}

/** Whatever is thrown: also an object that throws when it is read. */
function textOf(error: unknown): string {
  try {
    return (error as Partial<Error> | undefined)?.stack ?? String(error);
  } catch {
    return 'an error that cannot be shown';
  }
}
