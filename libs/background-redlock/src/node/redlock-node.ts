import type {
  Clock,
  HeldLease,
  LeaseRef,
  LeaseView,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
  StoreWarning,
  Unknown,
} from 'nestjs-background-services/store';
import {
  addressOf,
  BATCH,
  type Batch,
  type ConnectionTimes,
  flatten,
  BOARD_SCRIPTS,
  HOLDER_SCRIPTS,
  inBackground,
  inBatches,
  openReader,
  RedisBoard,
  RedisLink,
  releaseLeases,
  type ReleaseNotice,
  renewLeases,
  unknown,
  withSize,
} from '../redis-parts.js';
import type { RedisNode } from './redis-node.js';
import { GRANT_LUA } from './lua/grant.lua.js';
import { MEND_LUA } from './lua/mend.lua.js';
import { READ_LUA } from './lua/read.lua.js';
import { SAVE_LUA } from './lua/save.lua.js';
import { VOTE_LUA } from './lua/vote.lua.js';
import { WITHDRAW_LUA } from './lua/withdraw.lua.js';
import {
  type GrantReply,
  readGrantReplies,
  readReadReply,
  type ReadReply,
  readSaveReplies,
  readVoteReplies,
  type SaveReply,
  type VoteReply,
} from './replies.js';

const SCRIPTS = {
  ...HOLDER_SCRIPTS,
  bgsVote: VOTE_LUA,
  bgsGrant: GRANT_LUA,
  bgsWithdraw: WITHDRAW_LUA,
  bgsRead: READ_LUA,
  bgsSave: SAVE_LUA,
  bgsMend: MEND_LUA,
  ...BOARD_SCRIPTS,
} as const;

export interface RedlockNodeOptions extends ConnectionTimes {
  readonly redis: RedisNode;
  readonly onRelease: ((notice: ReleaseNotice) => void) | undefined;
  /** The node does not answer any more (with the error that says so), or does again (with none). */
  readonly onChange: (error: Error | undefined) => void;
  /** Told of what works, and not as it should. */
  readonly onWarning?: ((warning: StoreWarning) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** One of the Redis masters. No call rejects but `inspect`; whatever is no answer of a script is `unknown`. */
export class RedlockNode {
  /** Host and port, for the log. */
  readonly address: string;
  readonly board: RedisBoard;
  readonly #link: RedisLink<keyof typeof SCRIPTS>;
  #state: 'up' | 'down' | 'closed' = 'up';

  constructor(private readonly options: RedlockNodeOptions) {
    const { redis, commandTimeout, onRelease, onWarning, clock } = options;
    this.address = addressOf(redis);
    // A connection that breaks while nobody asks is of no interest: it comes back, or the next command says why not.
    this.#link = new RedisLink({
      redis,
      commandTimeout,
      scripts: SCRIPTS,
      onRelease,
      onError: () => undefined,
      ...(onWarning ? { onWarning } : {}),
      clock,
    });
    this.board = new RedisBoard(this.#link, () => openReader(redis, commandTimeout));
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  get warnings(): readonly StoreWarning[] {
    return this.#link.warnings;
  }

  /** Asks for this node's vote, as the `VOTE_LUA` script describes. */
  async vote(requests: readonly (LeaseRef & { readonly ttl: number })[]): Promise<readonly VoteReply[]> {
    const replies = await inBatches(requests, BATCH, async (batch) => {
      const { holder, ttl } = batch[0];
      const answer = await this.#link.run('bgsVote', batch, [holder, Math.ceil(ttl)]);
      return readVoteReplies(answer, batch.length);
    });
    return this.#noted(replies);
  }

  /** Offers tokens that were proposed after an election. */
  async grant(requests: readonly RenewRequest[]): Promise<readonly GrantReply[]> {
    const replies = await inBatches(requests, BATCH, async (batch) => {
      return readGrantReplies(await this.#link.run('bgsGrant', batch, withLedgers(batch)), batch.length);
    });
    return this.#noted(replies);
  }

  /** Takes a vote back, unless a larger token than this stands beside it. */
  async withdraw(lease: LeaseRef, token: number): Promise<void> {
    await this.#ask(() => this.#link.run('bgsWithdraw', [lease], [lease.holder, token]));
  }

  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    return this.#noted(await renewLeases(this.#link, requests, BATCH));
  }

  /** Releases the lease, and with it a vote of the same campaign that came too late for the token. */
  async release(request: ReleaseRequest): Promise<ReleaseReply> {
    const release = releaseLeases(this.#link, [request], 1);
    inBackground(this.withdraw(request, request.token));
    const [reply] = this.#noted(await release);
    return reply!;
  }

  /** Reads the ledger as its holder, or one entry of it. */
  read(lease: HeldLease, field?: string): Promise<ReadReply> {
    const args = [lease.holder, lease.token, ...(field === undefined ? [] : [field])];
    return this.#ask(async () => readReadReply(await this.#link.run('bgsRead', [lease], args)));
  }

  /** Writes stamped ledger entries as their holder. */
  async save(requests: readonly RenewRequest[]): Promise<readonly SaveReply[]> {
    const replies = await inBatches(requests, BATCH, async (batch) => {
      const answer = await this.#link.run('bgsSave', batch, withLedgers(batch));
      return readSaveReplies(answer, batch.length);
    });
    return this.#noted(replies);
  }

  /** Brings the node up to date with a lease that a majority has confirmed. Resolves with whether it took it. */
  async mend({ holder, token, ttl, ledger, ...lease }: RenewRequest): Promise<boolean> {
    const args = [holder, token, Math.ceil(ttl), ...flatten(ledger)];
    return (await this.#ask(() => this.#link.run('bgsMend', [lease], args))) === 1;
  }

  /** @throws if the node does not answer */
  inspect(keys: readonly string[]): Promise<readonly LeaseView[]> {
    return this.#link.inspect(keys);
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    await Promise.all([this.#link.close(), this.board.close()]);
  }

  async #ask<Reply>(command: () => Promise<Reply>): Promise<Reply | Unknown> {
    const reply = await command().catch(unknown);
    this.#note(reply);
    return reply;
  }

  #noted<Reply>(replies: readonly Reply[]): readonly Reply[] {
    const failed = replies.find(isUnknown);
    if (replies.length > 0) this.#note(failed);
    return replies;
  }

  #note(reply: unknown): void {
    const error = isUnknown(reply) ? reply.error : undefined;
    const state = error ? 'down' : 'up';
    if (this.#state === 'closed' || state === this.#state) return;
    this.#state = state;
    this.options.onChange(error);
  }
}

function isUnknown(reply: unknown): reply is Unknown {
  return typeof reply === 'object' && reply !== null && 'outcome' in reply && reply.outcome === 'unknown';
}

/** The holder, then token and ledger of each lease. */
function withLedgers(batch: Batch<RenewRequest>): readonly (string | number)[] {
  return [batch[0].holder, ...batch.flatMap(({ token, ledger }) => [token, ...withSize(flatten(ledger))])];
}
