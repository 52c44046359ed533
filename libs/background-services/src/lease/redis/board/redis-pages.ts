import type { BoardPages } from '../../board/board-pages.js';
import type { RedisLink } from '../redis-link.js';
import type { BoardKeys } from './board-keys.js';
import type { BoardReader } from './board-reader.js';
import { writeAnyway } from './write-anyway.js';

/** The pages of a board in Redis. They are read over the connection that reads the board. */
export class RedisPages implements BoardPages {
  constructor(
    private readonly link: Pick<RedisLink<never>, 'use'>,
    private readonly keys: BoardKeys,
    private readonly reader: BoardReader,
  ) {}

  async keep(id: string, ttl: number): Promise<boolean> {
    return (await this.link.use((redis) => redis.pexpire(this.keys(`page:${id}`), Math.ceil(ttl)))) === 1;
  }

  async put(id: string, text: string, ttl: number): Promise<void> {
    await this.link.use((redis) =>
      writeAnyway(redis, 'set', this.keys(`page:${id}`), text, 'PX', Math.ceil(ttl)),
    );
  }

  read(ids: readonly string[]): Promise<readonly (string | undefined)[]> {
    return this.reader.pages(ids);
  }
}
