/**
 * Texts that many replicas share, each under the hash of its content: whoever names one writes it only where it is not there. They expire some
 * time after nobody has kept them.
 */
export interface BoardPages {
  /** Prolongs a page. Returns whether it is there. @param ttl ms */
  keep(id: string, ttl: number): Promise<boolean>;
  /** @param ttl ms */
  put(id: string, text: string, ttl: number): Promise<void>;
  /** In the order of the ids; `undefined`: it is not there, or longer than {@link LONGEST_PAGE}. */
  read(ids: readonly string[]): Promise<readonly (string | undefined)[]>;
}

/** A longer page is not read, bytes. */
export const LONGEST_PAGE = 2 ** 17;
