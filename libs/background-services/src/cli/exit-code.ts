/** How the program ends, for scripts and monitors. */
export const ExitCode = {
  /** All is well; an act is done. */
  Fine: 0,
  /** `status --check`: something needs a look. */
  Warnings: 1,
  /** The command line makes no sense. */
  Usage: 2,
  /** Redis does not answer. */
  NoRedis: 3,
  /** An act was refused, or the leader has not answered yet. */
  NotDone: 4,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
