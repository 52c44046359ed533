/**
 * Who is there, with a short text each: what placement needs of a fleet, in one call that travels with the renewals. Nothing but placement depends on it:
 * a member that is missed or seen too long costs a move, never a lease.
 */
export interface BoardMembers {
  /**
   * Says that `id` is there for another `ttl` ms, with this text, and returns all that are there, its own included: texts by id. What is asked in one tick
   * with `putPresence` should go out with it.
   */
  put(id: string, text: string, ttl: number): Promise<ReadonlyMap<string, string>>;
  /** A member leaves. */
  remove(id: string): Promise<void>;
  /** Tells the others to look now. A hint only: it changes nothing, and raises no revision. */
  announce(): Promise<void>;
  /** Calls back when somebody announces. A hint only: messages may be lost. Returns the way to stop. */
  watch(listener: () => void): () => void;
}

/** A member with a longer text is left out of what is read, bytes. No more than `MOST_PRESENCES` members are read. */
export const LONGEST_MEMBER = 4_096;
