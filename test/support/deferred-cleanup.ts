type CleanUp = () => void | Promise<void>;

const pending = new Set<CleanUp>();

/**
 * Keeps a clean-up for {@link cleanUpAll}. Returns a function that forgets it, for whoever cleaned up by itself.
 *
 * Whatever a test starts registers itself here, so that one `afterEach(cleanUpAll)` leaves nothing behind, even
 * when the test failed halfway through its own arrangements.
 */
export function onCleanUp(cleanUp: CleanUp): () => void {
  pending.add(cleanUp);
  return () => void pending.delete(cleanUp);
}

/** Runs every clean-up still pending, newest first. All of them run; what failed is thrown at the end. */
export async function cleanUpAll(): Promise<void> {
  const failures: unknown[] = [];
  for (const cleanUp of [...pending].reverse()) {
    pending.delete(cleanUp);
    try {
      await cleanUp();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Cleaning up after a test failed');
}
