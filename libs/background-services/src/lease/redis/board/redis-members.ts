import { partsOf } from '../../../kit/index.js';
import { type BoardMembers, LONGEST_MEMBER } from '../../board/board-members.js';
import { MOST_PRESENCES } from '../../board/fleet-board.js';
import type { RedisLink } from '../redis-link.js';
import { asArray, asText } from '../replies.js';
import type { BoardKeys } from './board-keys.js';
import { LONGEST_ID } from './board-reader.js';
import { isWrongType } from './wrong-type.js';

type MembersLink = Pick<RedisLink<'bgsMembers'>, 'runOnBoard' | 'use' | 'listen' | 'noHints' | 'prefix'>;

/**
 * The members on a board in Redis. One script call says that a replica is there and who else is, over the connection of the leases: it goes out with what else
 * is asked in that tick. They have a channel of their own: an announcement on the board is a change, for which replicas read orders.
 */
export class RedisMembers implements BoardMembers {
  readonly #key: string;
  readonly #channel: string;
  readonly #listeners = new Set<() => void>();

  /** In the tick that makes the link: its channels are subscribed to when it is connected. */
  constructor(
    private readonly link: MembersLink,
    keys: BoardKeys,
  ) {
    this.#key = keys('members');
    this.#channel = `${link.prefix}background-services:members`;
    link.listen(this.#channel, () => {
      for (const listener of [...this.#listeners]) listener();
    });
  }

  async put(id: string, text: string, ttl: number): Promise<ReadonlyMap<string, string>> {
    const args = [id, text, Math.max(1, Math.ceil(ttl)), MOST_PRESENCES, LONGEST_MEMBER, LONGEST_ID];
    const texts = asArray(await this.link.runOnBoard('bgsMembers', [this.#key], args)).map(asText);
    return new Map(partsOf(texts, 2).map(([member = '', told = '']) => [member, told]));
  }

  async remove(id: string): Promise<void> {
    await this.link.use((redis) =>
      redis.hdel(this.#key, id).catch((error: unknown) => {
        // No member stands in what is no hash.
        if (!isWrongType(error)) throw error;
      }),
    );
  }

  /** Where publishing is forbidden (an ACL), replicas look with their next renewal. */
  async announce(): Promise<void> {
    await this.link.use((redis) =>
      redis.publish(this.#channel, '').catch((error: unknown) => this.link.noHints(error)),
    );
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
