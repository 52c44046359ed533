import {
  type AcquireReply,
  type AcquireRequest,
  type Clock,
  elapsed,
  type Instant,
  instant,
  type Random,
  StoreError,
} from 'nestjs-background-services/store';
import { missingFrom, newest, type StampedLedger, unstamp } from '../node/stamped-ledger.js';
import type { RedlockNode } from '../node/redlock-node.js';
import type { GrantReply, Voted, VoteReply } from '../node/replies.js';
import { inBackground } from '../redis-parts.js';
import { nth, Poll } from './poll.js';
import { isSettled, noMajority, type Split, standing } from './standing.js';
import type { VoteEngine } from './vote-engine.js';

export interface CampaignContext {
  readonly nodes: readonly RedlockNode[];
  readonly engine: VoteEngine;
  readonly clock: Clock;
  readonly random: Random;
  /** Split votes are tried again for this long, ms. */
  readonly settleWithin: number;
}

interface Candidacy {
  readonly request: AcquireRequest;
  readonly votes: Poll<VoteReply>;
}

/** A candidacy that has won the votes of a majority, and what it proposes to them. */
interface Proposal extends Candidacy {
  readonly token: number;
  readonly ledger: StampedLedger;
  readonly storeTime: number;
}

/** The allowance for clocks that do not run at one rate, as Redlock has it: a share of the TTL, and Redis' own precision. */
const DRIFT_SHARE = 0.01;
const DRIFT_FIXED = 2;

/**
 * Tries to get leases from a majority of the nodes, in two steps that are one round trip each, whatever the number of leases:
 *
 * 1. *Vote*: each node gives its vote, if it is free, and tells the last token it has accepted and the ledger.
 * 2. *Grant*: with the votes of a majority, a token is proposed that is larger than all they told, and than their clocks. Each node accepts
 *    it only if it is larger than its last one and the vote still stands. Without a majority that does, there is no term: the votes go back.
 *
 * Why the token is new, and the largest: two majorities have a node in common, that node accepts a number once, and never a smaller one.
 * Counting up on each node by itself would not do: the largest of one majority may be unknown to the next.
 */
export class Campaign {
  constructor(private readonly context: CampaignContext) {}

  /** Keys are different from each other. */
  async run(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    const { clock, random, settleWithin } = this.context;
    const startedAt = clock.monotonic();
    const replies = new Map<string, AcquireReply>();
    for (let open = requests, round = 1; open.length > 0; round += 1) {
      const sentAt = instant(clock);
      const results = await this.#round(open, sentAt);
      const now = clock.monotonic();
      // Whoever waits a random time that grows with every tie is alone sooner or later.
      const pause = random() * 2 ** round * Math.max(1, now - sentAt.monotonic);
      const again = now + pause < startedAt + settleWithin;
      const split: AcquireRequest[] = [];
      open.forEach((request, i) => {
        const result = results[i]!;
        if (result.outcome !== 'split') replies.set(request.key, result);
        else if (again) split.push(request);
        else replies.set(request.key, result.otherwise);
      });
      open = split;
      if (open.length > 0) await new Promise<void>((resolve) => void clock.setTimeout(resolve, pause));
    }
    return requests.map((request) => replies.get(request.key)!);
  }

  async #round(
    requests: readonly AcquireRequest[],
    sentAt: Instant,
  ): Promise<readonly (AcquireReply | Split)[]> {
    const { nodes } = this.context;
    const asked = nodes.map((node) => node.vote(requests));
    const candidacies = requests.map((request, i): Candidacy => {
      return { request, votes: new Poll(asked.map((replies) => nth(replies, i))) };
    });
    const elected = await Promise.all(candidacies.map((candidacy) => this.#elect(candidacy)));
    const proposals = candidacies.filter((_, i) => elected[i]).map((candidacy) => this.#propose(candidacy));
    const results = new Map<string, Promise<AcquireReply | Split>>();
    const granted = nodes.map((_, node) => this.#grant(node, proposals));
    proposals.forEach((proposal, i) => {
      const grants = new Poll(granted.map((replies) => nth(replies, i)));
      results.set(proposal.request.key, this.#conclude(proposal, grants, sentAt));
    });
    return Promise.all(
      candidacies.map(async ({ request, votes }) => {
        const result = results.get(request.key);
        if (result) return result;
        await votes.until(() => isSettled(votes));
        return standing(request.key, votes);
      }),
    );
  }

  #elect({ request, votes }: Candidacy): Promise<boolean> {
    const ballots = this.context.nodes.map((node, i) => ({
      cast: async () => (await votes.asked[i]!).outcome === 'voted',
      takeBack: async () => {
        const vote = await votes.asked[i]!;
        if (vote.outcome === 'voted') await node.withdraw(request, vote.lastToken);
      },
    }));
    return this.context.engine.elect({ ...request, ballots });
  }

  #propose(candidacy: Candidacy): Proposal {
    const { request, votes } = candidacy;
    const voted = votes.with('voted');
    const times = voted.map(({ time }) => time);
    const token = Math.max(...voted.map(({ lastToken }) => lastToken + 1), request.tokenFloor + 1, ...times);
    const ledger = newest(voted.map((vote) => vote.ledger));
    return { ...candidacy, token, ledger, storeTime: middle([...times, this.context.clock.wall()]) };
  }

  /** Offers the proposals to a node, once it is known which of them it has voted for. Late is better than never: it counts with the renewals. */
  async #grant(node: number, proposals: readonly Proposal[]): Promise<readonly GrantReply[]> {
    const votes = await Promise.all(proposals.map((proposal) => proposal.votes.asked[node]!));
    const offered = proposals.flatMap((proposal, i) => {
      const vote = votes[i]!;
      return vote.outcome === 'voted' ? [{ proposal, vote }] : [];
    });
    const replies = await this.context.nodes[node]!.grant(offered.map(toGrantRequest));
    const byProposal = new Map(offered.map(({ proposal }, i) => [proposal, replies[i]!]));
    return proposals.map((proposal) => byProposal.get(proposal) ?? { outcome: 'lost', holder: null });
  }

  async #conclude(
    proposal: Proposal,
    grants: Poll<GrantReply>,
    sentAt: Instant,
  ): Promise<AcquireReply | Split> {
    const { request, token, ledger, storeTime } = proposal;
    await grants.until(() => grants.hasQuorum('granted') || grants.hasQuorum('lost'));
    const age = elapsed(sentAt, instant(this.context.clock));
    const isInTime = age < request.ttl * (1 - DRIFT_SHARE) - DRIFT_FIXED;
    if (grants.hasQuorum('granted') && isInTime) {
      return { outcome: 'acquired', token, ledger: unstamp(ledger), storeTime };
    }
    this.#giveBack(proposal, grants);
    if (isInTime) return { outcome: 'split', otherwise: noMajority(grants) };
    const late = `The votes for "${request.key}" took ${Math.round(age)} ms to come, too long for a TTL of ${request.ttl} ms`;
    return { outcome: 'unknown', error: new StoreError(late) };
  }

  /** Nobody waits for it: should it fail, the votes expire. */
  #giveBack({ request, votes, token }: Proposal, grants: Poll<GrantReply>): void {
    this.context.nodes.forEach((node, i) => {
      const answered = Promise.all([votes.asked[i]!, grants.asked[i]!]);
      inBackground(
        answered.then(([vote]) => (vote.outcome === 'voted' ? node.withdraw(request, token) : undefined)),
      );
    });
  }
}

function toGrantRequest({ proposal, vote }: { readonly proposal: Proposal; readonly vote: Voted }) {
  const { request, token, ledger } = proposal;
  const { key, holder, ttl } = request;
  return { key, holder, ttl, token, ledger: missingFrom(vote.ledger, ledger) };
}

/** Of the clocks of the nodes and our own, the one in the middle: one that is wrong does not count. */
export function middle(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}
