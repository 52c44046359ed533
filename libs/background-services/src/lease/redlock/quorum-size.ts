/** For error messages, of a list. */
export const QUORUM_SIZE = 'an odd number of independent servers, at least 3';

/** A tied vote would settle nothing, and of two servers both would be needed. */
export function isQuorumSize(servers: number): boolean {
  return servers >= 3 && servers % 2 === 1;
}
