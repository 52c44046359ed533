import { InvalidWorkerError } from '../errors/index.js';

/**
 * How a key is placed: `'balanced'` over the replicas, `'sticky'` where it is led until that replica leaves, or together with another key.
 */
export type PlacementRule = 'balanced' | 'sticky' | { readonly with: string };

/** A key that this app has workers for. */
interface Placed {
  readonly rule: PlacementRule | undefined;
  /** What other replicas know it by: shards of one key and count have one. */
  readonly identity: string;
  /** Where it was declared, for messages. */
  readonly place: string;
}

const NOBODY: readonly string[] = [];

/**
 * The keys of this app as placement sees them. What is led together is one unit, called by the key that the others follow; only balanced units
 * are counted.
 */
export class Units {
  readonly #keys = new Map<string, Placed>();
  readonly #followers = new Map<string, string[]>();
  /** What this replica leads: units that are balanced, and the rest. */
  readonly #counted = new Set<string>();
  readonly #others = new Set<string>();

  constructor(private readonly standard: 'balanced' | 'sticky') {}

  /** @throws InvalidWorkerError if the key is placed in another way already */
  add(key: string, { rule, identity, place }: Placed): void {
    const known = this.#keys.get(key);
    if (known && rule !== undefined && known.rule !== undefined && !isSame(known.rule, rule))
      throw new InvalidWorkerError(
        place,
        `it asks for placement ${show(rule)}, and ${known.place}, which has the same key, for ${show(known.rule)}`,
        'Give both the same placement, or keys of their own',
      );
    if (known && (rule === undefined || known.rule !== undefined)) return;
    this.#keys.set(key, { rule, identity, place });
    if (typeof rule !== 'object') return;
    const followers = this.#followers.get(rule.with) ?? [];
    this.#followers.set(rule.with, [...followers, key]);
  }

  /** Whether every key that others follow is there, and the paths end. @throws InvalidWorkerError */
  check(): void {
    for (const [key, { rule, place }] of this.#keys)
      if (typeof rule === 'object') this.#checkPath(key, rule, place);
  }

  #checkPath(key: string, rule: { readonly with: string }, place: string): void {
    const seen = new Set([key]);
    for (let next: PlacementRule | undefined = rule; typeof next === 'object';) {
      const to: Placed | undefined = this.#keys.get(next.with);
      if (!to)
        throw new InvalidWorkerError(
          place,
          `it is to be led together with "${next.with}", and no worker of this app has that key`,
          'Name a key of this app in "placement.with"; one with shards needs a key with as many',
        );
      if (seen.has(next.with))
        throw new InvalidWorkerError(
          place,
          `it is to be led together with "${next.with}", which follows it itself`,
          'Let one of these keys be placed for itself',
        );
      seen.add(next.with);
      next = to.rule;
    }
  }

  /** The key that decides where this one is led; itself if it follows none. */
  rootOf(key: string): string {
    let root = key;
    for (let hops = 0; hops < this.#keys.size; hops++) {
      const rule = this.#keys.get(root)?.rule;
      if (typeof rule !== 'object') return root;
      root = rule.with;
    }
    return root;
  }

  isCounted(key: string): boolean {
    return this.#keys.has(key) && (this.#keys.get(key)?.rule ?? this.standard) === 'balanced';
  }

  follows(key: string): boolean {
    return typeof this.#keys.get(key)?.rule === 'object';
  }

  /** A key, and all that are led together with it, in the order in which they follow each other. */
  *groupOf(root: string): Iterable<string> {
    yield root;
    for (const follower of this.#followers.get(root) ?? NOBODY) yield* this.groupOf(follower);
  }

  identityOf(key: string): string {
    return this.#keys.get(key)?.identity ?? key;
  }

  /** What the app has workers for, as other replicas know it. */
  *identities(): Iterable<string> {
    for (const { identity } of this.#keys.values()) yield identity;
  }

  /** The keys that placement counts, led here or elsewhere. */
  *counted(): Iterable<string> {
    for (const key of this.#keys.keys()) if (this.isCounted(key)) yield key;
  }

  onTerm(key: string, isLed: boolean): void {
    const led = this.isCounted(key) ? this.#counted : this.#others;
    if (isLed) led.add(key);
    else led.delete(key);
  }

  /** The units that this replica leads, and that are balanced. */
  get led(): ReadonlySet<string> {
    return this.#counted;
  }

  /** The other keys that it leads: sticky ones, and those that follow another. */
  get ledBeside(): ReadonlySet<string> {
    return this.#others;
  }
}

function isSame(one: PlacementRule, other: PlacementRule): boolean {
  return typeof one === 'object' && typeof other === 'object' ? one.with === other.with : one === other;
}

function show(rule: PlacementRule): string {
  return typeof rule === 'object' ? `with "${rule.with}"` : `"${rule}"`;
}
