import { expect } from '@jest/globals';
import type {
  AcquireReply,
  HeldLease,
  Ledger,
  LeaseStore,
  RenewReply,
} from 'nestjs-background-services/store';

/** Longer than any test, ms. */
export const LONG_TTL = 60_000;

interface AcquireOptions {
  /** @default {@link LONG_TTL} */
  readonly ttl?: number;
  /** @default 0 */
  readonly tokenFloor?: number;
}

/** Tries to get one lease. */
export async function acquire(
  store: LeaseStore,
  key: string,
  holder: string,
  { ttl = LONG_TTL, tokenFloor = 0 }: AcquireOptions = {},
): Promise<AcquireReply> {
  const [reply] = await store.acquire([{ key, holder, ttl, tokenFloor }]);
  return reply!;
}

/** Gets one lease, which must be free, and returns it as requests name it. */
export async function lead(
  store: LeaseStore,
  key: string,
  holder: string,
  options?: AcquireOptions,
): Promise<HeldLease> {
  const reply = await acquire(store, key, holder, options);
  if (reply.outcome !== 'acquired') throw new Error(`${holder} did not get "${key}": ${show(reply)}`);
  return { key, holder, token: reply.token };
}

/** Renews one lease. */
export async function renew(
  store: LeaseStore,
  lease: HeldLease,
  { ttl = LONG_TTL, ledger = {} }: { readonly ttl?: number; readonly ledger?: Ledger } = {},
): Promise<RenewReply> {
  const [reply] = await store.renew([{ ...lease, ttl, ledger }]);
  return reply!;
}

/** Every token is larger than the one before it. */
export function expectToRise(tokens: readonly number[]): void {
  expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
}

function show(reply: AcquireReply): string {
  return reply.outcome === 'unknown' ? reply.error.message : JSON.stringify(reply);
}
