import { AmbiguousWorkerError, KeyNotFoundError, WorkerNotFoundError } from '../errors/index.js';
import type { FleetKey, FleetView, FleetWorker } from './fleet-view.js';

/**
 * The worker that is meant, and the key that it runs under.
 * @param key where several apps have a worker of that name
 * @throws WorkerNotFoundError, AmbiguousWorkerError
 */
export function findWorker(
  view: FleetView,
  name: string,
  key: string | undefined,
): { readonly worker: FleetWorker; readonly key: FleetKey } {
  const named = view.workers.filter(
    (worker) => worker.name === name && (key === undefined || worker.key === key),
  );
  const [worker, ...others] = named;
  if (!worker)
    throw new WorkerNotFoundError(
      name,
      view.workers.map((known) => known.name),
    );
  if (others.length > 0) throw new AmbiguousWorkerError(name, named.map((each) => each.key).sort());
  return { worker, key: findKey(view, worker.key) };
}

/** @throws KeyNotFoundError */
export function findKey({ keys }: FleetView, key: string): FleetKey {
  const found = keys.find((candidate) => candidate.key === key);
  if (!found)
    throw new KeyNotFoundError(
      key,
      keys.map((known) => known.key),
    );
  return found;
}
