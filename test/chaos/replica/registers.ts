import pg from 'pg';
import type { Register } from '../events.js';

/**
 * A register holds the id of the newest write; which id each write has read before is in the event log. The log thus links the writes to
 * a list, as if each had appended its id, but the row stays small. A write that is not in the list of the newest one is lost.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS registers (
    fleet text, name text, token bigint NOT NULL DEFAULT 0, head text NOT NULL DEFAULT '',
    PRIMARY KEY (fleet, name)
  )`;

/**
 * `fenced` passes the fence when it reads and when it writes. The read counts: it is where a new leader takes the resource over. Where only
 * the write is checked (`half-fenced`), the old leader can still write between the new one's read and its first write, which then
 * overwrites it. `unfenced` does what code without fencing does.
 */
const READ: Readonly<Record<Register, string>> = {
  fenced: `UPDATE registers SET token = $3 WHERE fleet = $1 AND name = $2 AND token <= $3 RETURNING head`,
  'half-fenced': `SELECT head FROM registers WHERE fleet = $1 AND name = $2 AND $3::bigint IS NOT NULL`,
  unfenced: `SELECT head FROM registers WHERE fleet = $1 AND name = $2 AND $3::bigint IS NOT NULL`,
};
const FENCED_WRITE = `UPDATE registers SET head = $4, token = $3 WHERE fleet = $1 AND name = $2 AND token <= $3`;
const WRITE: Readonly<Record<Register, string>> = {
  fenced: FENCED_WRITE,
  'half-fenced': FENCED_WRITE,
  unfenced: `UPDATE registers SET head = $4, token = $3 WHERE fleet = $1 AND name = $2`,
};

/** The database that the workload writes to. Every call is one statement, so nothing stays locked while a replica is paused. */
export class Registers {
  readonly #pool: pg.Pool;

  constructor(
    url: string,
    private readonly fleet: string,
  ) {
    this.#pool = new pg.Pool({ connectionString: url, max: 3 });
    this.#pool.on('error', () => {});
  }

  /** Makes the registers of this fleet. */
  async create(names: readonly Register[]): Promise<void> {
    await this.#pool.query(SCHEMA);
    for (const name of names) {
      await this.#pool.query('INSERT INTO registers (fleet, name) VALUES ($1, $2)', [this.fleet, name]);
    }
  }

  /** The id of the newest write, empty if there is none; undefined: the fence refused the reader. */
  async read(name: Register, token: number): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ head: string }>(READ[name], [this.fleet, name, token]);
    return rows[0]?.head;
  }

  /** Whether the fence let it pass. */
  async write(name: Register, token: number, id: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(WRITE[name], [this.fleet, name, token, id]);
    return rowCount === 1;
  }

  /** What is there, past all fences. */
  async head(name: Register): Promise<string> {
    const sql = 'SELECT head FROM registers WHERE fleet = $1 AND name = $2';
    const { rows } = await this.#pool.query<{ head: string }>(sql, [this.fleet, name]);
    return rows[0]!.head;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
