import { boardOf, type HeldLease, type Ledger, type LeaseView } from 'nestjs-background-services/store';
import { FIELDS, KEYS, type Operation, UNIT } from './operation.js';
import type { OperatedStore } from './operated-store.js';

/** What came of an operation, with nothing in it that must differ from store to store: tokens by the grants that they came with, times in units. */
export type Answer = unknown;

/** Carries operations out on one store, and keeps account of the leases that it granted. */
export class Operator {
  readonly #grants: HeldLease[] = [];

  constructor(private readonly on: OperatedStore) {}

  async carryOut(operation: Operation): Promise<Answer> {
    const { store } = this.on;
    const board = boardOf(store);
    if (!board) throw new Error('A store with a board was expected');
    switch (operation.does) {
      case 'acquire':
        return this.#acquire(operation);
      case 'renew': {
        const { ttl, entry } = operation;
        const named = operation.grants.flatMap((number) => this.#grant(number) ?? []);
        const leases = named.filter(
          ({ key, holder }, i) =>
            holder === named[0]?.holder && named.findIndex((other) => other.key === key) === i,
        );
        if (leases.length === 0) return 'no grant';
        const ledger = { [entry.field]: entry.value };
        const replies = await store.renew(leases.map((lease) => ({ ...lease, ttl, ledger })));
        return replies.map((reply) => (reply.outcome === 'renewed' ? reply.outcome : reply));
      }
      case 'record': {
        const lease = this.#grant(operation.grant);
        const { expected, entry } = operation;
        return lease && store.record({ ...lease, ...entry, ...(expected === undefined ? {} : { expected }) });
      }
      case 'release': {
        const lease = this.#grant(operation.grant);
        const { entry, heir } = operation;
        const ledger = { [entry.field]: entry.value };
        return lease && store.release({ ...lease, ledger, ...(heir ? { heir } : {}) });
      }
      case 'pass':
        return this.on.pass(operation.time);
      case 'disable':
        return board.disable(operation.key, operation.ttl);
      case 'free':
        return board.free(operation.key, operation.holder);
      case 'delete':
        return this.on.delete(operation.key);
      case 'amend':
        return board.setEntries(operation.key, { [operation.entry.field]: operation.entry.value });
    }
  }

  /** All leases with their ledgers. */
  async look(): Promise<Answer> {
    const { store } = this.on;
    const views = await store.inspect(KEYS);
    const records = await boardOf(store)?.look(KEYS.map((key) => ({ key, fields: FIELDS })));
    return views.map((view, i) => [
      this.#describe(view),
      this.#describe(records![i]!),
      records![i]!.ledger ?? 'unreadable',
    ]);
  }

  async #acquire(operation: Extract<Operation, { does: 'acquire' }>): Promise<Answer> {
    const { holder, keys, ttl, floor, fields } = operation;
    const tokenFloor = floor === null ? 0 : (this.#grant(floor)?.token ?? 0);
    const wanted = fields ?? FIELDS;
    const replies = await this.on.store.acquire(
      keys.map((key) => ({ key, holder, ttl, tokenFloor, ...(fields ? { fields } : {}) })),
    );
    return replies.map((reply, i) => {
      if (reply.outcome === 'held') return { ...reply, ttl: units(reply.ttl) };
      if (reply.outcome !== 'acquired') return reply;
      const key = keys[i]!;
      const before = this.#grants.findLast((other) => other.key === key)?.token ?? 0;
      this.#grants.push({ key, holder, token: reply.token });
      return {
        outcome: 'acquired',
        rises: reply.token > Math.max(before, tokenFloor),
        ledger: entriesOf(reply.ledger, wanted),
      };
    });
  }

  #grant(number: number): HeldLease | undefined {
    return this.#grants[number % this.#grants.length];
  }

  /** A token is only told while it counts. */
  #describe({ key, holder, ttl, token }: LeaseView): Answer {
    const grant = this.#grants.findLastIndex(
      (lease) => lease.key === key && lease.token === token && lease.holder === holder,
    );
    return { key, holder, ttl: units(ttl), grant: grant < 0 ? 'none' : grant };
  }
}

function units(ttl: number | null): number | null {
  return ttl === null ? null : Math.round(ttl / UNIT);
}

function entriesOf(ledger: Ledger, fields: readonly string[]): Answer {
  return fields.map((field) => [field, ledger[field] ?? null]);
}
