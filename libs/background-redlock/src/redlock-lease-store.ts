import {
  type AcquireReply,
  type AcquireRequest,
  type Clock,
  type FleetBoard,
  type LeaseView,
  type Random,
  type RecordReply,
  type RecordRequest,
  type ReleaseListener,
  type ReleaseReply,
  type ReleaseRequest,
  type RenewReply,
  type RenewRequest,
  type StoreWarning,
  type StoreWithBoard,
  systemClock,
} from 'nestjs-background-services/store';
import { checkCommandTimeout } from './check-command-timeout.js';
import { checkNodes } from './check-nodes.js';
import { QuorumBoard } from './board/quorum-board.js';
import { inspectNodes } from './board/quorum-view.js';
import { Mender } from './ledger/mender.js';
import { QuorumLedger } from './ledger/quorum-ledger.js';
import type { RedisNode } from './node/redis-node.js';
import { RedlockNode } from './node/redlock-node.js';
import { ReleaseHints } from './node/release-hints.js';
import { inBackground } from './redis-parts.js';
import { Campaign, middle } from './vote/campaign.js';
import { nth, Poll, quorumOf } from './vote/poll.js';
import { lost, noMajority } from './vote/standing.js';
import { VoteEngine } from './vote/vote-engine.js';

/** A node stopped answering, or answers again. */
export interface NodeChange {
  /** Host and port. */
  readonly node: string;
  /** Why it does not answer; `undefined`: it does again. */
  readonly error: Error | undefined;
  /** How many nodes answer now, as far as is known. */
  readonly answering: number;
  readonly nodes: number;
}

/** Options of `RedlockLeaseStore`. Durations are in milliseconds. */
export interface RedlockLeaseStoreOptions {
  /** An odd number of Redis masters that know nothing of each other, at least 3; the same ones on every replica. */
  readonly nodes: readonly RedisNode[];
  /** Time limit of one command to one server, ms. */
  readonly commandTimeout: number;
  /** Told once when a node stops answering, and once when it answers again. */
  readonly onNodeChange?: (change: NodeChange) => void;
  /** Told of what works on a node, and not as it should. */
  readonly onWarning?: (warning: StoreWarning) => void;
  /** `false`: no connections over which `watch()` hears of releases. @default true */
  readonly listen?: boolean;
  /** @default the platform's */
  readonly clock?: Clock;
  /** @default `Math.random` */
  readonly random?: Random;
}

/**
 * Leases on several independent Redis masters, of which any minority may fail. A lease is held by whoever has the votes of a majority; a vote
 * is the lease key on one node, laid out as a `RedisLeaseStore` lays it out.
 *
 * What is guaranteed while no node forgets what it has stored:
 * - Tokens strictly increase, however late commands arrive and whatever the clocks say: a token is granted by a majority, of which each
 *   node accepts only numbers larger than its last.
 * - A recorded ledger entry is read by every later holder, and a compare-and-set that is answered with `recorded` is the only one under the
 *   value it expected.
 *
 * A node that restarts empty has forgotten: see the documentation for what that does.
 */
export class RedlockLeaseStore implements StoreWithBoard {
  readonly name = 'redlock';
  readonly shared = true;
  readonly board: FleetBoard;
  readonly #nodes: readonly RedlockNode[];
  readonly #engine = new VoteEngine();
  readonly #campaign: Campaign;
  readonly #mender: Mender;
  readonly #ledger: QuorumLedger;
  readonly #hints: ReleaseHints;
  readonly #clock: Clock;

  /** @throws InvalidOptionsError with everything that is wrong with the list of nodes, or if `commandTimeout` is */
  constructor(options: RedlockLeaseStoreOptions) {
    checkNodes(options.nodes);
    checkCommandTimeout(options.commandTimeout);
    const { nodes, commandTimeout, onNodeChange, onWarning, listen = true } = options;
    const { clock = systemClock, random = Math.random } = options;
    this.#clock = clock;
    this.#hints = new ReleaseHints(quorumOf(nodes.length), clock);
    this.#nodes = nodes.map((redis, i) => {
      const node: RedlockNode = new RedlockNode({
        redis,
        commandTimeout,
        onRelease: listen ? (notice) => this.#hints.onNotice(i, notice) : undefined,
        onChange: (error) => {
          const answering = this.#nodes.filter(({ isUp }) => isUp).length;
          onNodeChange?.({ node: node.address, error, answering, nodes: nodes.length });
        },
        onWarning,
        clock,
      });
      return node;
    });
    this.board = new QuorumBoard(this.#nodes);
    // With one vote and one grant at the end, an attempt at a lease takes no longer than four commands may.
    this.#campaign = new Campaign({
      nodes: this.#nodes,
      engine: this.#engine,
      clock,
      random,
      settleWithin: 2 * commandTimeout,
    });
    this.#mender = new Mender(this.#nodes);
    this.#ledger = new QuorumLedger(this.#nodes);
  }

  get warnings(): readonly StoreWarning[] {
    return this.#nodes.flatMap(({ warnings }) => warnings);
  }

  async acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    const replies: AcquireReply[] = [];
    for (const wave of inWaves(requests)) {
      const waveReplies = await this.#campaign.run(wave.map(({ request }) => request));
      wave.forEach(({ position }, i) => (replies[position] = waveReplies[i]!));
    }
    return replies;
  }

  /**
   * In two steps, if there are ledger changes: a majority must confirm the lease before any node saves them. What a renewal that is refused
   * had to say must not turn up on a node that has not heard of the next term.
   */
  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    const asked = this.#nodes.map((node) => node.renew(requests.map(withoutLedger)));
    const replies = await Promise.all(
      requests.map((request, i) => this.#prolong(request, new Poll(asked.map((all) => nth(all, i))))),
    );
    const changed = requests.filter((request, i) => replies[i]?.outcome === 'renewed' && hasChanges(request));
    const saves = await this.#ledger.save(changed);
    return requests.map((request, i) => {
      const save = saves.get(request);
      return save === undefined || save.outcome === 'saved' ? replies[i]! : save;
    });
  }

  async release(request: ReleaseRequest): Promise<ReleaseReply> {
    if (hasChanges(request)) {
      const reply = await this.#ledger.saveAsHolder(request);
      if (reply.outcome !== 'saved') return reply;
    }
    const poll = new Poll(this.#nodes.map((node) => node.release(withoutLedger(request))));
    const motion = { ...request, ttl: 0, ballots: ballotsOf(poll, 'released') };
    if (await this.#engine.release(motion)) return { outcome: 'released' };
    await poll.until(() => poll.hasQuorum('lost'));
    return lost(poll) ?? noMajority(poll);
  }

  record(request: RecordRequest): Promise<RecordReply> {
    return this.#ledger.record(request);
  }

  inspect(keys: readonly string[]): Promise<readonly LeaseView[]> {
    return inspectNodes(this.#nodes, keys);
  }

  watch(listener: ReleaseListener): () => void {
    return this.#hints.watch(listener);
  }

  async close(): Promise<void> {
    this.#hints.close();
    await Promise.all(this.#nodes.map((node) => node.close()));
  }

  async #prolong(request: RenewRequest, poll: Poll<RenewReply>): Promise<RenewReply> {
    if (await this.#engine.prolong({ ...request, ballots: ballotsOf(poll, 'renewed') })) {
      const times = poll.with('renewed').map(({ storeTime }) => storeTime);
      inBackground(this.#mender.look(request, poll.asked));
      return { outcome: 'renewed', storeTime: middle([...times, this.#clock.wall()]) };
    }
    await poll.until(() => poll.hasQuorum('lost'));
    return lost(poll) ?? noMajority(poll);
  }
}

function hasChanges({ ledger }: ReleaseRequest): boolean {
  return Object.keys(ledger).length > 0;
}

function withoutLedger<Request extends ReleaseRequest>(request: Request): Request {
  return { ...request, ledger: {} };
}

/** Yes is the one outcome; there is nothing to take back from a renewal or a release. */
function ballotsOf<Reply extends { readonly outcome: string }>(poll: Poll<Reply>, yes: Reply['outcome']) {
  return poll.asked.map((answer) => ({
    cast: async () => (await answer).outcome === yes,
    takeBack: () => Promise.resolve(),
  }));
}

interface Placed {
  readonly request: AcquireRequest;
  readonly position: number;
}

/** Parts requests so that none names a key twice: the later one of two must get the larger token. */
function inWaves(requests: readonly AcquireRequest[]): readonly (readonly Placed[])[] {
  const waves: Placed[][] = [];
  const seen = new Map<string, number>();
  requests.forEach((request, position) => {
    const wave = seen.get(request.key) ?? 0;
    seen.set(request.key, wave + 1);
    (waves[wave] ??= []).push({ request, position });
  });
  return waves;
}
