import { type FleetWarning, WARNING_KINDS } from './fleet-view.js';

const RANKS = new Map(WARNING_KINDS.map((kind, rank) => [kind, rank]));

/** Orders warnings: the worst kind first, those of one kind by key and worker. */
export function worstFirst(a: FleetWarning, b: FleetWarning): number {
  const ranks = (RANKS.get(a.kind) ?? 0) - (RANKS.get(b.kind) ?? 0);
  return ranks || by<FleetWarning>(({ key = '', worker = '' }) => `${key}\n${worker}`)(a, b);
}

/** Orders items by a text of theirs, code unit by code unit. */
export function by<Item>(text: (item: Item) => string): (a: Item, b: Item) => number {
  return (a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);
}
