import type { Spoiling } from './mutations.js';
import { render } from './values.js';

/** One entry, wrong in the way that is asked for. Where it is no JSON, the text itself is spoilt. */
export function spoil(entry: string, act: Spoiling): string | Buffer {
  switch (act.do) {
    case 'overwrite':
      return render(act.value);
    case 'truncate':
      return entry.slice(0, Math.floor(act.share * entry.length));
    case 'renumber':
      return entry.length > 100_000 ? act.number : entry.replaceAll(/-?\d+(?:\.\d+)?/g, act.number);
    case 'reshape':
      return reshape(entry, act);
  }
}

function reshape(entry: string, { as, value }: Extract<Spoiling, { do: 'reshape' }>): string | Buffer {
  const other = render(value);
  const members = membersOf(entry);
  if (members === undefined) return other;
  switch (as) {
    case 'missing':
      return JSON.stringify(Object.fromEntries(members.filter((_, i) => i % 2 === 1)));
    case 'retyped':
      return JSON.stringify(Object.fromEntries(members.map(([name, was]) => [name, retyped(was)])));
    case 'wrapped':
      return `[${entry}]`;
    case 'new': {
      const text = JSON.stringify(Object.fromEntries(members)).slice(1, -1);
      // What is written in place of one member may be no JSON.
      return `{"added":${other.toString('utf8')}${text === '' ? '' : `,${text}`}}`;
    }
  }
}

/** `undefined`: it is no JSON with members, or already too deep to be written again. */
function membersOf(entry: string): readonly (readonly [string, unknown])[] | undefined {
  try {
    const parsed: unknown = JSON.parse(entry);
    if (typeof parsed !== 'object' || parsed === null || JSON.stringify(parsed) === '') return undefined;
    return Object.entries(parsed);
  } catch {
    return undefined;
  }
}

function retyped(was: unknown): unknown {
  if (typeof was === 'number') return String(was);
  if (typeof was === 'string') return { text: was };
  if (Array.isArray(was)) return Object.fromEntries(was.map((each: unknown, i) => [i, each]));
  return was === null ? [] : 1e308;
}
