import type {
  ControlRecord,
  FleetKey,
  FleetReplica,
  FleetTerm,
  FleetView,
  FleetWarning,
  FleetWorker,
} from 'nestjs-background-services/fleet';

/** A value as JSON brings it: moments are texts. */
export type Wire<Value> = Value extends Date
  ? string
  : Value extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : Value extends object
      ? { readonly [Name in keyof Value]: Wire<Value[Name]> }
      : Value;

export type View = Wire<FleetView>;
export type Key = Wire<FleetKey>;
export type Replica = Wire<FleetReplica>;
export type Term = Wire<FleetTerm>;
export type Warning = Wire<FleetWarning>;
export type Worker = Wire<FleetWorker>;
export type { FailedItems, JobSummary } from '../src/index.js';
export type AuditRecord = Wire<ControlRecord>;
