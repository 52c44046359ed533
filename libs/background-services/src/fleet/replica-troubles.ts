import type { FleetWarning } from './fleet-view.js';
import type { PresenceTrouble } from './replica-presence.js';

/** Enough to know that every replica says something else. */
const MOST_WARNINGS = 100;

interface Group {
  readonly kind: PresenceTrouble['kind'];
  readonly message: string;
  readonly replicas: string[];
  age: number;
}

/** What replicas say of their stores: one warning for all that say the same, because most of them share one store. */
export class ReplicaTroubles {
  readonly #groups = new Map<string, Group>();

  add(replica: string, { kind, message, age }: PresenceTrouble): void {
    const id = `${kind}\n${message}`;
    const known = this.#groups.get(id);
    if (known) {
      if (known.replicas.at(-1) !== replica) known.replicas.push(replica);
      known.age = Math.max(known.age, age);
    } else if (this.#groups.size < MOST_WARNINGS) {
      this.#groups.set(id, { kind, message, replicas: [replica], age });
    }
  }

  warnings(): readonly FleetWarning[] {
    return [...this.#groups.values()].map((group) => ({ ...group, replicas: group.replicas.sort() }));
  }
}
