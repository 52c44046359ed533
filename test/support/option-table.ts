import { readFileSync } from 'node:fs';

/** An option of a schema. */
export interface OptionDefault {
  /** E.g. `lease.ttl`. */
  readonly path: string;
  /** `undefined` if it has none, or one that is made anew. */
  readonly value: unknown;
}

interface Schema {
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly wrapped?: Schema;
  readonly default?: unknown;
  /** Of what `false` turns off. */
  readonly getter?: (value: unknown) => Schema;
}

/** All options of a schema, with their defaults. */
export function optionsOf(schema: object, path = ''): readonly OptionDefault[] {
  const { entries, wrapped, default: value, getter } = schema as Schema;
  const inner = wrapped ?? getter?.(undefined);
  if (inner?.entries ?? inner?.getter) return optionsOf(inner, path);
  if (!entries)
    return [{ path, value: typeof value === 'object' || typeof value === 'function' ? undefined : value }];
  return Object.entries(entries).flatMap(([name, entry]) =>
    optionsOf(entry, path === '' ? name : `${path}.${name}`),
  );
}

/** The rows of a table of options, by the options that they name: the default of each, and what follows. */
export class OptionTable {
  readonly #rows = new Map<string, { readonly said: string; readonly more: string }>();

  /** @param options the first of the options, by which the table is found */
  constructor(file: string, first: string) {
    const lines = readFileSync(file, 'utf8').split('\n');
    const begin = lines.findIndex((line) => line.startsWith(`| \`${first}\``));
    for (const line of lines.slice(begin)) {
      if (!line.startsWith('|')) return;
      const [, names = '', said = '', more = ''] = line.split('|').map((cell) => cell.trim());
      const listed = [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
      const group = listed[0]?.split('.')[0] ?? '';
      const defaults = said.replaceAll(/[`']/g, '').split(', ');
      listed.forEach((name, i) => {
        const path = name.startsWith('.') ? group + name : name;
        this.#rows.set(path, { said: defaults[i] ?? '', more });
      });
    }
  }

  /** What the table says an option is by default; `undefined`: it does not have the option, alone or with its group. */
  defaultOf(path: string): string | undefined {
    const row = this.#rows.get(path);
    if (row) return row.said;
    const [group = '', name = ''] = path.split('.');
    const text = this.#rows.get(group)?.more ?? '';
    const found = new RegExp(`\\b${name}(?:: (?<said>[\\w.]+))?\\b`).exec(text);
    return found ? (found.groups?.['said'] ?? '') : undefined;
  }
}

/** As the tables write it. */
export function written(value: unknown): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : String(value);
}
