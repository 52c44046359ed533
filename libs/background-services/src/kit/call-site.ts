/** The line of code that called the caller of this function. */
export function callSite(): string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, callSite);
  return holder.stack?.split('\n')[2]?.trim().replace(/^at /, '') ?? '(unknown place)';
}
