/**
 * What placement has to say to the elections: who should lead, never who may. The lease decides; advice that is wrong or out of date costs a
 * moment.
 */
export interface PlacementAdvice {
  /** Whether this replica tries for keys that it does not lead. */
  readonly takesNew: boolean;
  /**
   * How long this replica lets others try first, ms, once a key is free that `holder` has or had; 0: it is the one that should lead it, or nobody
   * can say.
   */
  holdBack(key: string, holder: string): number;
  /** The replica that should lead a key when this one gives it up; `undefined`: whoever comes first. */
  heirOf(key: string): string | undefined;
  /** A lease was left to this replica. */
  onHeir(key: string): void;
  /** A term of a key has begun or ended here. */
  onTerm(key: string, isLed: boolean): void;
}
