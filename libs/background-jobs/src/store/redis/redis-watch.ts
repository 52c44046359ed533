import { Logger } from '@nestjs/common';
import type { Cluster, Redis } from 'ioredis';
import { type Clock, systemClock } from 'nestjs-background-services/store';
import {
  evictionTrouble,
  explainRedisError,
  LibraryLog,
  type LineLogger,
  type RedisTrouble,
} from 'nestjs-background-http-kit';
import { type JobsRedis, keyPrefixOf, placeOf } from './redis-target.js';
import { RedisTroubles } from './redis-troubles.js';
import { JOBS_COMMANDS } from './rights.js';

const EVICTED = 'jobs, their items and their places in the queue may be lost';
const UNHEARD = 'who waits for a job hears of a change up to 2 s late, and so do replicas of a cancel';

export interface RedisWatchOptions {
  readonly redis: JobsRedis;
  readonly prefix: string;
  /** @default the platform's */
  readonly clock?: Pick<Clock, 'monotonic'>;
  /** @default a logger of Nest */
  readonly logger?: Pick<LineLogger, 'log' | 'warn'>;
}

/** Says of every error of a Redis what it means for jobs, and what to do about it, and keeps what goes on. */
export class RedisWatch {
  readonly troubles: RedisTroubles;

  private constructor(
    private readonly place: Awaited<ReturnType<typeof placeOf>>,
    private readonly stem: string,
    { clock = systemClock, logger = new LibraryLog(new Logger('BackgroundJobs')) }: RedisWatchOptions,
  ) {
    this.troubles = new RedisTroubles(clock, logger);
  }

  /** @throws MissingJobsPackageError if ioredis cannot be loaded */
  static async of(options: RedisWatchOptions): Promise<RedisWatch> {
    const { redis, prefix } = options;
    return new RedisWatch(await placeOf(redis), `${await keyPrefixOf(redis)}${prefix}`, options);
  }

  /** @param script its Lua, if one of ours failed */
  explain(error: unknown, script?: string): RedisTrouble {
    const trouble = explainRedisError(error, {
      ...this.place,
      keys: `~${this.stem}*`,
      channels: `&${this.stem}:*`,
      script,
    });
    // Redis 7.0 names the line of a script and no command, and those of BullMQ are not at hand.
    if (trouble.kind !== 'command' || script !== undefined || !isInScript(error)) return trouble;
    const { user } = this.place;
    return {
      ...trouble,
      reason: `The user "${user}" may not run a command of a script (${(error as Error).message})`,
      cure: `Allow it: ACL SETUSER ${user} ${JOBS_COMMANDS}`,
    };
  }

  /** @param what was asked for, or the connection that broke */
  failed(what: string, error: unknown): void {
    this.troubles.failed(what, this.explain(error));
  }

  /** Messages are not heard, or not sent. Jobs run all the same. */
  unheard(error: unknown): void {
    const trouble = this.explain(error);
    if (trouble.kind === 'command' || trouble.kind === 'channels')
      this.troubles.hint({ ...trouble, kind: 'channels', reason: `${trouble.reason}: ${UNHEARD}` });
  }

  /** Looks once at what a server may have that nobody notices otherwise. Resolves when it has answered, whatever it said. */
  async look(client: Redis | Cluster): Promise<void> {
    const [info] = await Promise.all([
      client.info('memory').catch(() => ''),
      // Scripts publish, too, and go on where they may not.
      client.publish(`${this.stem}:notices`, '').catch((error: unknown) => this.unheard(error)),
    ]);
    const trouble = evictionTrouble(info, this.place.address, EVICTED);
    if (trouble) this.troubles.hint(trouble);
    else this.troubles.noHint('eviction');
  }
}

function isInScript(error: unknown): boolean {
  return error instanceof Error && error.message.includes('user_script');
}
