/** Where text goes to. */
export interface Terminal {
  write(text: string): void;
  /** Whether a person looks at it, for whom lines are cut and coloured. */
  readonly isTTY: boolean;
  /** Characters in a line; `undefined`: as many as there are. */
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

export type Tone = 'plain' | 'strong' | 'faint' | 'good' | 'warning' | 'bad';

const CODES: Readonly<Record<Tone, string>> = {
  ...{ plain: '', strong: '1', faint: '2', good: '32', warning: '33', bad: '31' },
};

/** Colours a text that is inert already. */
export type Paint = (text: string, tone: Tone) => string;

/** @param environment where `NO_COLOR` is looked for (https://no-color.org) */
export function paintFor(
  { isTTY }: Terminal,
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  if (!isTTY || environment.NO_COLOR || environment.TERM === 'dumb') return (text) => text;
  return (text, tone) => (CODES[tone] === '' ? text : `\x1b[${CODES[tone]}m${text}\x1b[0m`);
}
