export interface WrongVariable {
  readonly variable: string;
  readonly expected: string;
  readonly received: unknown;
}

/** Values of these may hold a password, and an error message ends in logs. */
const SECRETS = new Set([
  'API_KEY',
  'REDIS_URL',
  'TICKER_REDIS_URL',
  'DATABASE_URL',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
]);

/** Environment variables the app cannot start with: one error names them all, so that one round of fixes is enough. */
export class InvalidEnvironmentError extends Error {
  override readonly name = 'InvalidEnvironmentError';
  readonly code = 'INVALID_ENVIRONMENT';

  constructor(readonly wrong: readonly WrongVariable[]) {
    const lines = wrong.map(
      ({ variable, expected, received }) =>
        `  ${variable}: expected ${expected}, received ${shown(variable, received)}`,
    );
    super(`The environment is not valid. Correct these variables and start again:\n${lines.join('\n')}`);
  }
}

function shown(variable: string, received: unknown): string {
  const text = String(received);
  if (!SECRETS.has(variable)) return JSON.stringify(text);
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0];
  return scheme ? `"${scheme}…"` : `${text.length} characters (not shown: they may be a secret)`;
}
