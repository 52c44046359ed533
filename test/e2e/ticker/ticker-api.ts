import type { Host } from '../host/host.js';

/** What GET /ticker/status tells, as far as the tests look. */
export interface TickerStatus {
  readonly streaming: boolean;
  readonly shards: { readonly count: number; readonly streamed: number };
  readonly plan: readonly {
    readonly account: string;
    readonly contracts: number;
    readonly shard: number;
    readonly replica: string;
  }[];
  readonly stream: { readonly ticks: number };
  readonly replicas: readonly {
    readonly replica: string;
    readonly shards: readonly number[];
    readonly publisher: {
      readonly state: string;
      readonly published: number;
      readonly openings: number;
      readonly dropped: { readonly failed: number; readonly open: number; readonly crowded: number };
    };
  }[];
  readonly history: readonly {
    readonly account: string;
    readonly doneDays: number;
    readonly completedAt: string | null;
  }[];
}

export async function statusOf(host: Host): Promise<TickerStatus> {
  return (await host.ask<TickerStatus>('/ticker/status')).body;
}

/** The accounts that a status tells of, without who streams them. */
export function contractsOf({ plan }: TickerStatus) {
  return plan.map(({ account, contracts }) => ({ account, contracts }));
}

export async function reload(
  host: Host,
  query: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const { status, body } = await host.ask<unknown>(`/ticker/reload?${query}`, { method: 'POST' });
  return { status, body };
}
