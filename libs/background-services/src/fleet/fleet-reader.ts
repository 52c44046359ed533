import { show, StoreError } from '../errors/index.js';
import type { Clock, FleetBoard } from '../lease/index.js';
import type { LineLogger } from '../logs/index.js';
import { FleetAssembly, keysAbout, type Subject } from './fleet-assembly.js';
import type { FleetView } from './fleet-view.js';
import { inSlices, Pace } from './pace.js';
import { PresenceReader } from './presence-reader.js';
import { readLeases } from './read-leases.js';
import type { ReplicaPresence } from './replica-presence.js';

/** Enough to know that something writes on the board that should not. */
const MOST_COMPLAINTS = 20;
/** A step of a sort is so many small ones. */
const SORTED = 250;

export interface FleetReaderContext {
  readonly board: FleetBoard | undefined;
  readonly clock: Clock;
  readonly instanceId: string;
  /** What this replica says of itself, as of now. Not given: whoever asks is no replica. */
  readonly presence?: () => ReplicaPresence;
  /** Keys that are looked at whether a replica names them or not: those of this replica's workers. */
  readonly keys: () => readonly string[];
  /** Told of presences that cannot be read, once each. */
  readonly logger?: LineLogger;
}

/** Reads the whole fleet from the store: the replicas' presences first, then the leases that they name. */
export class FleetReader {
  readonly #complaints = new Set<string>();

  readonly #presences: PresenceReader;

  constructor(private readonly context: FleetReaderContext) {
    this.#presences = new PresenceReader(context.board?.pages, context.clock);
  }

  /**
   * @param hears called when a part of the answer has come
   * @param subject what alone is wanted of leases and workers; where nobody names it, all are read, so that it can be said what there is
   * @throws StoreError
   */
  async read(hears: () => void, subject?: Subject): Promise<FleetView> {
    const { board, clock, instanceId, presence } = this.context;
    if (!board) throw new StoreError('This lease store keeps no board: only this replica is known');
    const [now, presences] = await Promise.all([board.time(), board.presences()]);
    const pace = new Pace(clock);
    const present: ReplicaPresence[] = [];
    const departed: ReplicaPresence[] = [];
    for (const [id, { text, isUp }] of presences) {
      const found = await this.#decode(id, text);
      hears();
      if (!found) continue;
      await pace.spend(found.catalogue === undefined ? found.workers.length : 1);
      if (isUp) present.push(found);
      else if (id !== instanceId) departed.push(found);
    }
    // Its own presence may be a beat away.
    if (presence && !present.some(({ id }) => id === instanceId)) present.push(presence());
    const keys = this.context.keys();
    const about = subject && keysAbout(subject, [...present, ...departed], keys);
    const only = about && about.size > 0 ? about : undefined;
    const assembly = new FleetAssembly(now, instanceId, only);
    for (const key of keys) if (only?.has(key) !== false) assembly.name(key);
    for (const found of present) await inSlices(assembly.add(found), pace);
    for (const gone of departed) await inSlices(assembly.addDeparted(gone), pace);
    for await (const lease of readLeases(board, assembly.requests())) {
      hears();
      await pace.spend(1);
      await inSlices(assembly.addLease(lease), pace);
    }
    return inSlices(assembly.view(), pace, SORTED);
  }

  async #decode(id: string, text: string | undefined): Promise<ReplicaPresence | undefined> {
    const found =
      text === undefined
        ? undefined
        : await this.#presences.read(id, text, (what) => this.#complain(id, what));
    if (!found) this.#complain(id, text === undefined ? 'it is too large' : 'it is no presence of a replica');
    return found;
  }

  #complain(id: string, what: string): void {
    const complaint = `${id}\n${what}`;
    if (this.#complaints.has(complaint) || this.#complaints.size >= MOST_COMPLAINTS) return;
    this.#complaints.add(complaint);
    this.context.logger?.warn(
      `The presence of ${show(id)} on the board of the fleet is not shown as it is: ${what}`,
    );
  }
}
