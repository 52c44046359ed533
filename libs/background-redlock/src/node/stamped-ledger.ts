import type { Ledger } from 'nestjs-background-services/store';

/*
 * A node may have missed writes, so nodes can differ. Hence each value is stored behind a stamp, "<token>.<turn> <value>": the token of the
 * term that wrote it, and a number that rises with each write of the term. Of two values of an entry, the one with the larger stamp is the
 * newer, whichever node has it. A value without a stamp (a single Redis left it) is older than any.
 */

const STAMP = /^(\d{1,16})\.(\d{1,16}) /;

/** A ledger as nodes store it: each value behind its stamp. */
export type StampedLedger = Ledger;

export function stamp(value: string, token: number, turn: number): string {
  return `${token}.${turn} ${value}`;
}

export function stampAll(ledger: Ledger, token: number, turn: number): StampedLedger {
  const entries = Object.entries(ledger);
  return Object.fromEntries(entries.map(([field, value]) => [field, stamp(value, token, turn)]));
}

export function unstamp(ledger: StampedLedger): Ledger {
  return Object.fromEntries(
    Object.entries(ledger).map(([field, text]) => [field, text.slice(STAMP.exec(text)?.[0].length ?? 0)]),
  );
}

/** The newest of each entry. */
export function newest(ledgers: readonly StampedLedger[]): StampedLedger {
  const entries = new Map<string, string>();
  for (const [field, text] of ledgers.flatMap((ledger) => Object.entries(ledger))) {
    const known = entries.get(field);
    if (known === undefined || isNewer(text, known)) entries.set(field, text);
  }
  return Object.fromEntries(entries);
}

/** What a node lacks of a ledger. */
export function missingFrom(node: StampedLedger, ledger: StampedLedger): StampedLedger {
  const there = new Map(Object.entries(node));
  return Object.fromEntries(
    Object.entries(ledger).filter(([field, text]) => {
      const known = there.get(field);
      return known === undefined || isNewer(text, known);
    }),
  );
}

function isNewer(text: string, than: string): boolean {
  const [token, turn] = stampOf(text);
  const [otherToken, otherTurn] = stampOf(than);
  return token === otherToken ? turn > otherTurn : token > otherToken;
}

function stampOf(text: string): readonly [token: number, turn: number] {
  const [, token = 0, turn = 0] = STAMP.exec(text) ?? [];
  return [Number(token), Number(turn)];
}
