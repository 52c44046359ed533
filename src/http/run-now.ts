import { ConflictException, InternalServerErrorException, ServiceUnavailableException } from '@nestjs/common';
import {
  type BackgroundServiceManager,
  CircuitOpenError,
  NotLeaderError,
  WorkerBusyError,
} from 'nestjs-background-services';

/**
 * Runs one iteration of a scheduled worker for a caller, and waits for its end. Through the manager and not by a call
 * of its method: so it has a term and a fencing token, and never runs beside a scheduled iteration.
 * @throws ConflictException (409) if this replica does not lead, with the id of the one that does; if the worker is
 *   running already; or if the term ended before the work did.
 * @throws ServiceUnavailableException (503) if the worker's circuit breaker is open.
 * @throws InternalServerErrorException (500) if the work failed.
 */
export async function runNow(manager: BackgroundServiceManager, worker: string): Promise<void> {
  const result = await manager.trigger(worker).catch((error: unknown) => {
    throw toHttpError(error);
  });
  switch (result.outcome) {
    case 'succeeded':
      return;
    case 'failed':
      throw new InternalServerErrorException(`"${worker}" failed; the log of this replica says why.`);
    case 'aborted':
    case 'not-started':
      throw new ConflictException(
        `"${worker}" was cut short, since this replica does not lead any more. Try again.`,
      );
  }
}

function toHttpError(error: unknown): unknown {
  if (error instanceof NotLeaderError) {
    return new ConflictException({ code: error.code, message: error.message, leader: error.leader ?? null });
  }
  if (error instanceof WorkerBusyError) {
    return new ConflictException({ code: error.code, message: error.message });
  }
  if (error instanceof CircuitOpenError) {
    const { code, message, retryAt } = error;
    return new ServiceUnavailableException({ code, message, retryAt: retryAt ?? null });
  }
  return error;
}
