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

/** A reload was asked for, and no replica streams. */
export class NotStreamingError extends Error {
  override readonly name = 'NotStreamingError';
  readonly code = 'TICKER_NOT_STREAMING';

  constructor() {
    super(
      'Expected a replica that streams, received none, or one that has just ended. Ask again in a moment.',
    );
  }
}

/** Some replicas have not said in time that they have reloaded. They will: the request is stored. */
export class ReloadPendingError extends Error {
  override readonly name = 'ReloadPendingError';
  readonly code = 'TICKER_RELOAD_PENDING';

  constructor(
    readonly replicas: readonly string[],
    waited: number,
  ) {
    super(
      `Expected all replicas to reload within ${waited} ms, received no word of ${replicas.join(', ')} yet.`,
    );
  }
}
