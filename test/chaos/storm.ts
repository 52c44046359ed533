import { setTimeout as pass } from 'node:timers/promises';
import { until } from '../support/until.js';
import { faultKind, type Scene } from './faults.js';
import type { Fleet, Place } from './fleet.js';
import { machineTime } from './machine-clock.js';
import type { PlannedFault, Step } from './plan.js';
import type { SeededRandom } from './seeded-random.js';

/** After this many TTLs without a success the next step begins all the same; the checker has something to say then. */
const PATIENCE = 10;

/** Plays steps of a plan on one fleet. */
export class Storm {
  #steps = 0;
  #faults = 0;

  constructor(
    private readonly fleet: Fleet,
    private readonly random: SeededRandom,
  ) {}

  get faults(): number {
    return this.#faults;
  }

  /** One step: its faults, the recovery of the fleet, and the calm after it. */
  async play(step: Step): Promise<void> {
    this.#steps += 1;
    const { ttl } = this.fleet.settings;
    const aftermaths = await Promise.all(
      step.faults.map(async (planned) => {
        await pass(planned.after * ttl);
        return this.#strike(planned);
      }),
    );
    const over = machineTime();
    await Promise.all(aftermaths.map((aftermath) => aftermath.done));
    await this.#recovered(over);
    await pass(step.calm * ttl);
  }

  /** Resolves when the fault is over, with what then still goes on. */
  async #strike(planned: PlannedFault): Promise<{ readonly done: Promise<void> }> {
    const { fleet } = this;
    const { ttl } = fleet.settings;
    const kind = faultKind(planned.name);
    const lasts = planned.lasts * ttl;
    const scene: Scene = { fleet, places: this.#choose(planned), lasts, ttl, strength: planned.strength };
    this.#faults += 1;
    const fault = this.#faults;
    fleet.log.append({
      event: 'fault',
      fault,
      step: this.#steps,
      kind: planned.name,
      processes: kind.spoils === 'Redis' ? [] : scene.places.map(({ process }) => process),
    });
    await kind.inject(scene);
    fleet.log.append({ event: 'healed', fault });
    return { done: kind.afterwards?.(scene) ?? Promise.resolve() };
  }

  #choose({ target, name }: PlannedFault): readonly [Place, ...Place[]] {
    const { fleet } = this;
    const running = fleet.running as readonly [Place, ...Place[]];
    if (target === 'everybody') return faultKind(name).spoils === 'network' ? running : [running[0]];
    const { leader } = fleet;
    const standbys = running.filter((place) => place !== leader);
    if (target === 'leader' && leader) return [leader];
    return [this.random.pick(standbys)];
  }

  /** Waits for an iteration that began after this moment, and was accepted. */
  async #recovered(since: number): Promise<void> {
    const { log, settings } = this.fleet;
    const succeeded = () => {
      const begun = new Set(log.since('start', since).map(({ id }) => id));
      return log
        .since('wrote', since)
        .some(({ id, answers }) => begun.has(id) && answers.fenced === 'accepted');
    };
    await until(succeeded, { what: 'the fleet to recover', timeout: PATIENCE * settings.ttl }).catch(
      () => {},
    );
  }
}
