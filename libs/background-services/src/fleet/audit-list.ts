import { randomUUID } from 'node:crypto';
import { type FleetBoard, KEPT_NOTES } from '../lease/index.js';
import { type ControlReason, type ControlRecord, decodeControlRecord } from './control-command.js';

/** What was asked for, and how it went. */
export interface AuditEntry {
  readonly action: ControlRecord['action'];
  readonly target: string;
  readonly reason: ControlReason;
  readonly outcome: ControlRecord['outcome'];
  readonly detail: string;
  /** @default a new one */
  readonly id?: string;
}

/** The list of what operators did, which the board keeps. Its times are of the store's clock: who asks may be anybody. */
export class AuditList {
  /** @param board throws where there is none @param instanceId who acts here */
  constructor(
    private readonly board: () => FleetBoard,
    private readonly instanceId: string,
  ) {}

  /** A record as of now, which is not noted yet. */
  async record({ reason, id = randomUUID(), ...entry }: AuditEntry): Promise<ControlRecord> {
    const { by, why } = reason;
    return { id, at: new Date(await this.board().time()), ...entry, by, why, replica: this.instanceId };
  }

  /** Notes a record, and wakes the replicas. */
  async note(record: ControlRecord): Promise<void> {
    await this.board().announce(JSON.stringify(record));
  }

  /** The last records, newest first; one for each id. */
  async latest(limit: number = KEPT_NOTES): Promise<readonly ControlRecord[]> {
    const notes = await this.board().notes(KEPT_NOTES);
    const records = new Map<string, ControlRecord>();
    // A command is noted when it is sent and again when it is carried out; the newest note says how it ended.
    for (const note of notes) {
      const record = decodeControlRecord(note);
      if (record && !records.has(record.id)) records.set(record.id, record);
    }
    return [...records.values()].slice(0, Math.max(0, limit));
  }
}
