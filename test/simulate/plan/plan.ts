/**
 * What befalls a fleet. A plan and the code determine a history down to the last event; fast-check makes plans, and makes those that end in
 * a violation smaller. Times and durations are milliseconds of true time.
 */
export interface Plan {
  /**
   * `hold`: clocks run within 10 % of true time, no machine both suspends and has its clock set back, the store keeps what it said.
   * `broken`: none of that.
   */
  readonly assumptions: 'hold' | 'broken';
  /** Of all that is not in the plan: delays, losses, durations of work. */
  readonly seed: number;
  readonly drainTimeout: number;
  /** How much faster than true time the store's clock runs, in thousandths. */
  readonly storeDrift: number;
  readonly machines: readonly MachinePlan[];
  readonly keys: readonly KeyPlan[];
  readonly faults: readonly Fault[];
  /** `kill`: when the faults end every process is killed and booted again, and what the store holds has to be enough to go on with. */
  readonly ending: 'calm' | 'kill';
  /** `sticky`: keys are led wherever they come to be led. */
  readonly placement: 'balanced' | 'sticky';
  /** What is done to a fleet that is well, one after the other; it has faults, or changes. */
  readonly changes: readonly Change[];
  /** How many machines have no process at first: they can join. */
  readonly spare: number;
  /** `deaf`: nothing is heard of what is published, as on a Redis whose user may use no channels. */
  readonly hints: 'heard' | 'deaf';
}

export interface MachinePlan {
  /** How much faster than true time its clocks run, in thousandths. */
  readonly drift: number;
  /** How far its wall clock is ahead at the beginning. */
  readonly offset: number;
  /** Where assumptions hold: whether its clock may be set back, or it may be suspended. No clock can tell both at once. */
  readonly nature: 'clock-is-set' | 'suspends';
  readonly bootAt: number;
  /** Of the app, at first: a deployment changes it. */
  readonly version: Version;
  /** Its share of the keys, compared with those of the others. */
  readonly capacity: number;
}

/** Of the app: which of its two builds a process runs. They differ in how many shards keys have. */
export type Version = 0 | 1;

/** The version that all processes run in the end. */
export const LAST_VERSION: Version = 1;

export interface KeyPlan {
  /** Of its interval worker. */
  readonly every: number;
  readonly cron: CronPlan | null;
  /** How many shards it is dealt out into, by version; 0: none. `null`: it never is. */
  readonly shards: readonly [number, number] | null;
}

export interface CronPlan {
  /** A slot every so many seconds. */
  readonly seconds: number;
  readonly onInterrupted: 'skip' | 'rerun';
  readonly misfire: 'fire-once' | 'skip' | 'fire-all';
}

/** A change that placement has to answer; machines are counted round. `deploy`: each in turn stops, and boots with the other version. */
export type Change =
  | { readonly kind: 'join' }
  | { readonly kind: 'leave' | 'kill' | 'cordon' | 'uncordon'; readonly machine: number }
  | { readonly kind: 'deploy'; readonly bootsAfter: number };

export type Fault = { readonly at: number } & FaultKind;

/** Machines, keys and workers are given as numbers and counted round, so that every number means one. */
export type FaultKind =
  /** `lossy`: commands and replies are lost, doubled, or late by seconds; `hints-lost`: releases are not heard of. */
  | {
      readonly kind: 'network';
      readonly machine: number;
      readonly weather: WeatherKind;
      readonly lasts: number;
    }
  /** SIGSTOP or a blocked loop: no timer fires, then all that is due does. `suspend`: the monotonic clock stands still, too. */
  | { readonly kind: 'pause' | 'suspend'; readonly machine: number; readonly lasts: number }
  /** `deploy`: it stops, and boots with the other version. */
  | { readonly kind: 'kill' | 'stop' | 'deploy'; readonly machine: number; readonly bootsAfter: number }
  | { readonly kind: 'cordon'; readonly machine: number; readonly lasts: number }
  | { readonly kind: 'step-down'; readonly machine: number; readonly key: number }
  | { readonly kind: 'set-clock'; readonly machine: number; readonly by: number }
  | { readonly kind: 'trigger'; readonly machine: number; readonly key: number }
  | { readonly kind: 'stop-worker'; readonly machine: number; readonly key: number; readonly lasts: number }
  /** The code under the lease throws where it must not. */
  | { readonly kind: 'duties-throw'; readonly machine: number; readonly what: 'begin' | 'drain' | 'save' }
  /** `refuse`: connections are refused; `freeze`: what arrives is answered when it is over. */
  | { readonly kind: 'store-down'; readonly how: 'refuse' | 'freeze'; readonly lasts: number }
  | { readonly kind: 'operator-deletes'; readonly key: number }
  | { readonly kind: 'operator-disables'; readonly key: number; readonly ttl: number }
  /** Broken on purpose: a failover to a replica that lacks the newest writes, or an empty restart (`writes: null`). */
  | { readonly kind: 'store-loses'; readonly writes: number | null; readonly lasts: number }
  | { readonly kind: 'set-store-clock'; readonly by: number };

export type WeatherKind = 'requests-lost' | 'replies-lost' | 'slow' | 'lossy' | 'hints-lost';
