import type { RevocationReason } from 'nestjs-background-services';
import type { ObservedCommand } from '../support/observed-lease-store.js';

/*
 * The event log: one JSON object a line, in one file for a fleet. The replicas write what they saw themselves, the driver what it did to
 * them. All times are of the machine's monotonic clock, ms.
 */

/** Three ways to do the same read-modify-write. */
export const REGISTERS = ['fenced', 'half-fenced', 'unfenced'] as const;
export type Register = (typeof REGISTERS)[number];

/** What each register answered: the fence let it pass, or refused it. */
export type Answers = Readonly<Record<Register, 'accepted' | 'refused'>>;

/** Who wrote an event: `A#2` is the second process in the place of replica A. */
interface Written {
  readonly at: number;
  readonly process: string;
}

export type ReplicaEvent = Written &
  (
    | { readonly event: 'up' }
    | { readonly event: 'term'; readonly token: number }
    | {
        readonly event: 'abort';
        readonly token: number;
        readonly reason: RevocationReason;
        /** How long the process was ready to run, and waited for a processor, since the abort was due. */
        readonly waited: number;
      }
    | ({ readonly event: 'command' } & Omit<ObservedCommand, 'answeredAt'>)
    | { readonly event: 'start'; readonly token: number; readonly id: string }
    /** About to write `id` to each register, after `after` has been read from it. A register that refused the read is left out. */
    | {
        readonly event: 'write';
        readonly token: number;
        readonly id: string;
        readonly after: Readonly<Partial<Record<Register, string>>>;
      }
    /** The end of an iteration: what the registers answered. */
    | { readonly event: 'wrote'; readonly token: number; readonly id: string; readonly answers: Answers }
    | { readonly event: 'failed'; readonly id: string; readonly error: string }
    /** The event loop stood still from `since` to `at`. */
    | { readonly event: 'blocked'; readonly since: number }
  );

export type DriverEvent = { readonly at: number } & (
  | {
      readonly event: 'fault';
      readonly fault: number;
      readonly step: number;
      readonly kind: string;
      /** The processes it hits; none: Redis itself. */
      readonly processes: readonly string[];
    }
  | { readonly event: 'healed'; readonly fault: number }
  | {
      readonly event: 'exit';
      readonly process: string;
      readonly how: string;
      readonly asked: 'kill' | 'stop' | 'no';
    }
  /** The id that each register holds in the end. */
  | { readonly event: 'registers'; readonly heads: Readonly<Record<Register, string>> }
);

export type ChaosEvent = ReplicaEvent | DriverEvent;

export type Named<Name extends ChaosEvent['event']> = Extract<ChaosEvent, { readonly event: Name }>;

export function named<Name extends ChaosEvent['event']>(
  events: readonly ChaosEvent[],
  name: Name,
): Named<Name>[] {
  return events.filter((event): event is Named<Name> => event.event === name);
}

/** Values by what they have in common, in the order of their first one. */
export function grouped<Key, Value>(
  values: readonly Value[],
  key: (value: Value) => Key,
): Map<Key, [Value, ...Value[]]> {
  const groups = new Map<Key, [Value, ...Value[]]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group) group.push(value);
    else groups.set(key(value), [value]);
  }
  return groups;
}
