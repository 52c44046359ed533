/** What `orders.ts` is told. */
export interface OrdersSettings {
  readonly redis: string;
  /** `leader`: leads everything. `operator`: leads nothing, and gives orders when it gets SIGUSR2. */
  readonly role: 'leader' | 'operator';
  /** How many workers, each with a lease of its own. */
  readonly leases: number;
  /** What to import. @default this build */
  readonly library?: string;
  readonly fleet?: string;
}

/** Times are ms since the epoch. */
export interface Order {
  readonly action: string;
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly outcome: string;
}

export type OrdersEvent =
  /** The leader leads everything, or the operator is up. */
  | { readonly event: 'ready' }
  /** What an order has done on the leader. */
  | { readonly event: 'effect'; readonly type: string; readonly target: string; readonly at: number }
  /** The operator has given all orders, and then looked at the fleet. */
  | {
      readonly event: 'done';
      readonly orders: readonly Order[];
      /** ms */
      readonly view: number;
      readonly keys: number;
      readonly workers: number;
      /** The longest wait of the event loop while it looked, ms. */
      readonly longestWait: number;
    }
  /** Of the leader since it was asked last, which SIGUSR2 does. */
  | { readonly event: 'account'; readonly lost: number; readonly longestWait: number };
