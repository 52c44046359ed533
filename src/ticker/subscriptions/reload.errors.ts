/** More callers wait for a reload than may. */
export class ReloadQueueFullError extends Error {
  override readonly name = 'ReloadQueueFullError';
  readonly code = 'TICKER_RELOAD_QUEUE_FULL';

  constructor(readonly capacity: number) {
    super(
      `Expected at most ${capacity} callers to wait for a reload, received one more. ` +
        'Ask again later, or without waiting: the next reload serves whoever asked before it began.',
    );
  }
}

/** A reload was asked of a replica that does not stream. */
export class NotStreamingError extends Error {
  override readonly name = 'NotStreamingError';
  readonly code = 'TICKER_NOT_STREAMING';

  constructor() {
    super(
      'Expected the replica that leads the ticker, received another one, or one that has just ended. Ask the leader.',
    );
  }
}
