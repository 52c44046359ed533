import TestSequencer from '@jest/test-sequencer';

/** What waits most of its time goes first, side by side; what computes is left for the end, so that it does not keep others from their times. */
const PHASES = ['slow', 'e2e', 'integration', 'unit'];

/** Orders the files of a run by what they wait for: processes, a real Redis, nothing. Within a phase as jest does: the longest first. */
export default class WaitingFirstSequencer extends TestSequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const phaseOf = ({ context }) => PHASES.indexOf(context.config.displayName?.name);
    return [...sorted].sort((one, other) => phaseOf(one) - phaseOf(other));
  }
}
