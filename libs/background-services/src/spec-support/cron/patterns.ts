import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Patterns out of the documentation, tests and issues of schedulers, none twice. `cron` accepts every one of them. */
export function collectedPatterns(): readonly string[] {
  const path = fileURLToPath(new URL('./collected-patterns.json', import.meta.url));
  const groups = JSON.parse(readFileSync(path, 'utf8')) as Record<string, readonly string[]>;
  return [...new Set(Object.values(groups).flat())];
}

interface Field {
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const SECOND: Field = { low: 0, high: 59 };
const FIELDS: readonly Field[] = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: MONTHS },
  { low: 0, high: 7, names: DAYS },
];

/** Makes patterns that `cron` accepts, all forms of its grammar being about as likely. @param random numbers in [0, 1) */
export class PatternMaker {
  constructor(private readonly random: () => number) {}

  /** A pattern that `cron` accepts, though perhaps no date matches it. */
  make(): string {
    const fields = this.#below(3) === 0 ? [SECOND, ...FIELDS] : FIELDS;
    const text = fields.map((field) => this.#field(field)).join(this.#pick([' ', ' ', ' ', '  ', '\t']));
    return this.#pick([text, text, text, ` ${text} `, text.toUpperCase()]);
  }

  /** One edit away from what `cron` accepts. It may still be accepted. */
  makeOdd(): string {
    const text = this.make();
    const at = this.#below(text.length);
    const inserted = this.#pick([...'0123456789*/,-?LW#@+ ', 'mon', '..', '1-', '-1', '00', '/0', 'L', 'é']);
    return text.slice(0, at) + inserted + text.slice(at + this.#below(3));
  }

  /** A whole number from 0 up to this one. */
  #below(count: number): number {
    return Math.floor(this.random() * count);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)] as T;
  }

  #field(field: Field): string {
    const count = this.#pick([1, 1, 1, 1, 1, 1, 2, 2, 3]);
    return Array.from({ length: count }, () => this.#item(field)).join(',');
  }

  #item(field: Field): string {
    const { low, high } = field;
    const [from, to] = [this.#number(field), this.#number(field)].sort((a, b) => a - b) as [number, number];
    // Most steps lead somewhere, some lead past the end.
    const step = 1 + this.#below(this.#pick([4, high, 2 * high]));
    const value = (number: number) => this.#write(number, field);
    return this.#pick([
      '*',
      '*',
      `*/${step}`,
      value(from),
      `${value(from)}-${value(to)}`,
      `${value(from)}-${value(to)}/${step}`,
      `${value(from)}/${step}`,
      `${low}-${high}`,
    ]);
  }

  #number({ low, high }: Field): number {
    return low + this.#below(high - low + 1);
  }

  #write(number: number, { names }: Field): string {
    const name = names?.[names === MONTHS ? number - 1 : number];
    if (name !== undefined && this.#below(3) === 0) return name;
    return this.#below(8) === 0 ? `0${number}` : String(number);
  }
}
