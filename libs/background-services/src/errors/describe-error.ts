/** Type and message of whatever was thrown. Never throws itself: user code throws anything. */
export function describeError(error: unknown): {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
} {
  try {
    if (!(error instanceof Error))
      return { type: error === null ? 'null' : typeof error, message: String(error) };
    const { stack } = error;
    return {
      type: error.constructor.name,
      message: String(error.message),
      ...(typeof stack === 'string' ? { stack } : {}),
    };
  } catch {
    return { type: typeof error, message: '(cannot be shown)' };
  }
}
