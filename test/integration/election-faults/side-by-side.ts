import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { ProcessorWaits } from '../../support/processor-waits.js';
import { steadily } from '../../support/steadily.js';
import { Fleet } from './fleet.js';
import type { Start } from './journal.js';

/** @param term the one that the first replica leads when the scenario begins */
export type Scenario = (fleet: Fleet, term: Start) => Promise<unknown>;

export type Survives = (what: string, scenario: Scenario) => void;

/**
 * Scenarios that run side by side, each on a fleet of its own: together they take as long as the longest of them. Each ends with the
 * replicas taking over from each other, and with the rules that hold in every fault.
 */
export function sideBySide(title: string, define: (survives: Survives) => void): void {
  describe(title, () => {
    const scenarios: Scenario[] = [];
    let outcomes: readonly Promise<void>[] = [];

    define((what, scenario) => {
      const index = scenarios.push(scenario) - 1;
      it(what, () => outcomes[index], 300_000);
    });

    beforeAll(async () => {
      // All apps boot before the first fault: booting blocks the event loop, and the faults are about milliseconds.
      const fleets: Fleet[] = [];
      const waits = ProcessorWaits.start();
      for (let i = 0; i < scenarios.length; i += 1) fleets.push(await Fleet.start(waits));
      const plays = fleets.map((fleet, i) => play(scenarios[i]!, fleet));
      // What is played again has the machine to itself.
      let turn: Promise<unknown> = Promise.allSettled(plays);
      const alone = (scenario: Scenario) => {
        const played = turn.then(async () => play(scenario, await Fleet.start(waits)));
        turn = played.catch(() => {});
        return played;
      };
      outcomes = plays.map((first, i) => {
        let next = () => first;
        return steadily(() => next(), { cleanUp: async () => void (next = () => alone(scenarios[i]!)) })();
      });
      // A failure is told by its own test, which may still be waiting for its turn.
      for (const outcome of outcomes) outcome.catch(() => {});
    }, 120_000);
    afterAll(cleanUpAll, 60_000);
  });
}

async function play(scenario: Scenario, fleet: Fleet): Promise<void> {
  try {
    await scenario(fleet, fleet.journal.term!);
    await fleet.changesHands();
  } finally {
    // They hold whatever came too late. A broken one counts more than that.
    keepsTheRules(fleet);
  }
}

function keepsTheRules({ journal }: Fleet): void {
  expect(journal.fallingTokens()).toEqual([]);
  expect(journal.startsBeyondTheTerm()).toEqual([]);
  expect(journal.lateAborts()).toEqual([]);
}
