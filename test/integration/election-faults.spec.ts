import { describe, expect } from '@jest/globals';
import { expectInTime } from '../support/too-late.js';
import { until } from '../support/until.js';
import { type Fleet, KEY, TIMING, TTL } from './election-faults/fleet.js';
import type { Start } from './election-faults/journal.js';
import { type Scenario, sideBySide } from './election-faults/side-by-side.js';
import { Storm } from './election-faults/storm.js';

/*
 * Two whole replicas, each with a network of its own, on a real Redis with a TTL of 2 s.
 */

/** What travels: a script call, and the answers to it. */
const SCRIPT = /evalsha/i;
// Of a chunk in which other replies may have come along.
const GRANTED = /(^|\r\n)\*2\r\n:\d+\r\n\*4\r\n:1\r\n/;
const RENEWED = /(^|\r\n)\*2\r\n:\d+\r\n\*1\r\n:1\r\n/;
const RELEASED = /(^|\r\n)\*1\r\n\*1\r\n:1\r\n/;

/** Longer than a command may take, and shorter than its connection is given up. */
const LATE = 1.5 * (TTL / 10);

sideBySide('An election that loses its lease', (survives) => {
  describe('notices it at the next renewal, after', () => {
    const takenAway = (what: string, take: (fleet: Fleet) => Promise<unknown>) =>
      survives(what, async (fleet, term) => {
        const { journal } = fleet;
        const before = performance.now();
        await take(fleet);
        const after = performance.now();
        const abort = await until(() => journal.abortOf(term.token), { what: 'the loss', timeout: 2 * TTL });
        expect(abort?.reason).toBe('lost');
        // One that was under way may have been the first to notice.
        const renewals = journal.answeredRenewals(term.token, before - TIMING.renewInterval);
        expect(renewals.at(-1)?.outcome).toBe('lost');
        expect(renewals.filter(({ sentAt }) => sentAt > after).length).toBeLessThanOrEqual(1);
        const next = await fleet.worksAgain(abort!.at);
        expect(next!.token).toBeGreaterThan(term.token);
        // Until then both may have worked: the fencing token is for that.
        expect(journal.staleStarts(renewals.at(-1)!.answeredAt)).toEqual([]);
      });

    takenAway('a restart of Redis, which forgets everything', ({ server }) => server.restart());
    takenAway('FLUSHALL', ({ redis }) => redis.flushall());
    takenAway('DEL of the lease', ({ redis }) => redis.del(KEY));
    takenAway('another name in the lease', ({ redis }) => redis.set(KEY, 'thief', 'PX', TTL / 2));
    takenAway('a lease of another type', ({ redis }) =>
      redis
        .multi()
        .del(KEY)
        .rpush(KEY, 'queue')
        .pexpire(KEY, TTL / 2)
        .exec(),
    );
    takenAway('a token that is not its own', ({ redis }) => redis.incr(`{${KEY}}:token`));
  });

  survives('to SET key DISABLED: stops, and nobody overwrites it', async (fleet, term) => {
    const { journal, redis } = fleet;
    await redis.set(KEY, 'DISABLED', 'PX', TTL);
    const abort = await until(() => journal.abortOf(term.token), { what: 'the loss', timeout: TTL });
    const holders = new Set<string | null>();
    await until(() => redis.get(KEY), {
      what: 'the end of it',
      satisfies: (holder) => {
        holders.add(holder === 'DISABLED' || holder === null ? holder : 'a replica');
        if (holder === 'DISABLED') expect(fleet.leader).toBeUndefined();
        return holder !== 'DISABLED';
      },
    });
    expect([...holders][0]).toBe('DISABLED');
    await fleet.worksAgain(abort!.at);
    expect(journal.staleStarts()).toEqual([]);
  });

  describe('by stepping down hands it over, despite', () => {
    survives(
      'the loss of the reply to the winning attempt, which does not block its sender',
      async (fleet) => {
        const { journal, redis } = fleet;
        const [first, second] = fleet.replicas;
        const lost = second.proxy.loseNextReply(GRANTED);
        await first.manager.stepDown(KEY);
        await lost;
        const lostAt = performance.now();
        const lostToken = Number(await redis.get(`{${KEY}}:token`));
        const { token } = await fleet.leads(second);
        // It did not have to wait for its own lease to expire.
        expectInTime([performance.now() - lostAt], TTL, 'The next term');
        expect(token).toBeGreaterThan(lostToken);
        expect(journal.violations()).toEqual([]);
      },
    );

    survives(
      'the loss of the reply to the release, of which the successor hears all the same',
      async (fleet) => {
        const [first, second] = fleet.replicas;
        const lost = first.proxy.loseNextReply(RELEASED);
        const steppedDown = first.manager.stepDown(KEY);
        await lost;
        const lostAt = performance.now();
        await fleet.leads(second);
        // Sooner than by trying again now and then.
        expectInTime([performance.now() - lostAt], TIMING.retryInterval, 'The next term');
        await steppedDown;
        expect(fleet.journal.violations()).toEqual([]);
      },
    );
  });
});

sideBySide('A term outlives, unnoticed,', (survives) => {
  const renewedAgain = ({ journal }: Fleet, { token }: Start, times = 1, since = performance.now()) =>
    until(() => journal.answeredRenewals(token, since).length, {
      what: `${times} renewals`,
      satisfies: (count) => count >= times,
      timeout: times * TTL,
    });

  const outlived = (what: string, fault: Scenario) =>
    survives(what, async (fleet, term) => {
      const { journal } = fleet;
      await fault(fleet, term);
      await renewedAgain(fleet, term, 2);
      expect(journal.aborts).toEqual([]);
      expect(journal.term).toBe(term);
      expect(journal.violations()).toEqual([]);
    });

  outlived('SCRIPT FLUSH, several times', async (fleet, term) => {
    for (let i = 0; i < 3; i += 1) {
      await fleet.redis.script('FLUSH');
      await renewedAgain(fleet, term);
    }
  });

  outlived('a connection cut in the middle of a renewal, several times', async (fleet, term) => {
    for (let i = 0; i < 3; i += 1) {
      await fleet.replicas[0].proxy.cutNextRequest(SCRIPT);
      await renewedAgain(fleet, term);
    }
  });

  outlived('the loss of the reply to a renewal, several times', async (fleet, term) => {
    for (let i = 0; i < 3; i += 1) {
      await fleet.replicas[0].proxy.loseNextReply(RENEWED);
      await renewedAgain(fleet, term);
    }
  });

  outlived(
    'a renewal that is answered after its time limit',
    async ({ journal, replicas: [{ proxy }] }, term) => {
      proxy.delay('replies', LATE);
      await until(() => journal.commands.findLast(({ token }) => token === term.token), {
        what: 'a renewal given up',
        satisfies: (command) => command?.outcome === 'unknown',
      });
      proxy.heal();
    },
  );

  outlived('all connections of all replicas reset, several times', async (fleet, term) => {
    for (let i = 0; i < 3; i += 1) {
      for (const { proxy } of fleet.replicas) proxy.cut();
      await renewedAgain(fleet, term);
    }
  });

  outlived('connections that die without a word', async (fleet, term) => {
    const [{ proxy }] = fleet.replicas;
    proxy.strand();
    await renewedAgain(fleet, term);
    // Nothing is ever sent on the subscription, so that only the network can tell that it is dead.
    proxy.cut();
  });

  outlived('a partition of the leader that heals in time', async (fleet, term) => {
    const [{ proxy }] = fleet.replicas;
    await renewedAgain(fleet, term);
    const since = performance.now();
    proxy.blackhole('requests');
    proxy.blackhole('replies');
    await passed(TIMING.renewDeadline / 2, since);
    proxy.heal();
  });

  outlived('a Redis that is frozen, and thaws in time', async (fleet, term) => {
    await renewedAgain(fleet, term);
    const since = performance.now();
    fleet.server.freeze();
    await passed(TIMING.renewDeadline / 2, since);
    fleet.server.thaw();
  });

  outlived('a standby that is cut off', async (fleet, term) => {
    const [, { proxy }] = fleet.replicas;
    proxy.blackhole('requests');
    await renewedAgain(fleet, term, 2);
    proxy.heal();
  });

  outlived('the loss of the subscriptions', ({ redis }) => redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
});

sideBySide('A term that cannot be renewed ends at its deadline,', (survives) => {
  describe('and the other replica takes over and stays, after', () => {
    const cutOff = (what: string, spoil: (leader: Fleet['replicas'][0]) => void) =>
      survives(what, async (fleet, term) => {
        const { journal } = fleet;
        const [first, second] = fleet.replicas;
        spoil(first);
        const abort = await until(() => journal.abortOf(term.token), { what: 'the abort', timeout: 2 * TTL });
        expect(abort?.reason).toBe('deadline');
        const successor = await fleet.leads(second);
        first.proxy.heal();
        await passed(TTL);
        expect(journal.abortOf(successor.token)).toBeUndefined();
        expect(journal.violations()).toEqual([]);
      });

    cutOff('replies that come after the time limit of a command', ({ proxy }) =>
      proxy.delay('replies', LATE),
    );
    cutOff('requests that arrive after the time limit of a command', ({ proxy }) =>
      proxy.delay('requests', LATE),
    );
    cutOff('a partition that lets only requests pass', ({ proxy }) => proxy.blackhole('replies'));
    cutOff('a partition that lets only replies pass', ({ proxy }) => proxy.blackhole('requests'));
    cutOff('a partition both ways', ({ proxy }) => {
      proxy.blackhole('requests');
      proxy.blackhole('replies');
    });
  });

  describe('and leadership returns by itself, after', () => {
    const nobodyLeads = (what: string, spoil: (fleet: Fleet) => unknown, mend: (fleet: Fleet) => unknown) =>
      survives(what, async (fleet, term) => {
        const { journal } = fleet;
        const since = performance.now();
        await spoil(fleet);
        await passed(2 * TTL, since);
        expect(journal.abortOf(term.token)?.reason).toBe('deadline');
        expect(fleet.leader).toBeUndefined();
        expect(journal.starts.at(-1)!.at).toBeLessThan(since + TIMING.renewDeadline);
        const back = performance.now();
        await mend(fleet);
        await fleet.worksAgain(back, TTL);
        expect(journal.violations()).toEqual([]);
      });

    nobodyLeads(
      'a Redis that is frozen for two TTLs',
      ({ server }) => server.freeze(),
      ({ server }) => server.thaw(),
    );
    nobodyLeads(
      'a Redis that is gone for two TTLs',
      ({ server }) => server.crash(),
      ({ server }) => server.restart(),
    );
  });

  describe('and no rule is broken in', () => {
    for (const seed of [1, Date.now() % 1_000_000]) {
      survives(`a storm (seed ${seed})`, async (fleet) => {
        const storm = new Storm(fleet, seed);
        const startedAt = performance.now();
        while (performance.now() - startedAt < 4 * TTL) await storm.blows();
        storm.ends();
        await fleet.worksAgain();
        expect(fleet.journal.violations()).toEqual([]);
      });
    }
  });
});

/** Waits until this much time has passed: how long a fault lasts is part of the scenario. */
async function passed(duration: number, since = performance.now()): Promise<void> {
  await until(() => performance.now() - since >= duration, {
    what: `${duration} ms to pass`,
    timeout: 2 * duration,
    every: 5,
  });
}
