/** Two processes were given one folder for their embedded databases. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';
  readonly code = 'DATA_DIRECTORY_IN_USE';

  constructor(
    readonly dataDir: string,
    readonly holder: number,
  ) {
    super(
      `Expected the folder "${dataDir}" to be free, but process ${holder} has its database open. ` +
        'Give each replica its own DATA_DIR, or all of them one PostgreSQL with DATABASE_URL.',
    );
  }
}
