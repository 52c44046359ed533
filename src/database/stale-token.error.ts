/** A leader of the past tried to write: somebody with a newer fencing token has written already. */
export class StaleTokenError extends Error {
  override readonly name = 'StaleTokenError';
  readonly code = 'STALE_FENCING_TOKEN';

  constructor(
    readonly resource: string,
    readonly token: number,
  ) {
    super(
      `Expected the newest fencing token of "${resource}", received ${token}: a later leader has written since. ` +
        'Nothing was written. End this iteration; the later leader does the work.',
    );
  }
}
