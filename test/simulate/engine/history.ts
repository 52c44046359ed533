/** The wall time at which every history begins, ms since the epoch. Tokens are told relative to it, to be readable. */
export const EPOCH = Date.UTC(2026, 0, 1);

/** What happened, one event a line. Nothing is written down unless somebody is going to read it: most histories end well. */
export class History {
  readonly lines: string[] = [];

  constructor(
    private readonly now: () => number,
    private readonly mode: 'silent' | 'kept',
  ) {}

  get isKept(): boolean {
    return this.mode === 'kept';
  }

  note(who: string, what: () => string): void {
    if (this.mode === 'kept')
      this.lines.push(`${this.now().toFixed(1).padStart(9)}  ${who.padEnd(6)} ${what()}`);
  }
}

export function tokenText(token: number): string {
  return `#${token - EPOCH}`;
}
