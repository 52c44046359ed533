import { randomUUID } from 'node:crypto';
import {
  AmbiguousWorkerError,
  describeError,
  InvalidOrderError,
  KeyNotFoundError,
  StoreError,
  WorkerNotFoundError,
} from '../errors/index.js';
import { type Clock, DISABLED_HOLDER, type FleetBoard, KEPT_NOTES } from '../lease/index.js';
import { holdField } from '../workers/index.js';
import { DISABLED_FIELD } from './assemble-view.js';
import {
  checkId,
  checkReason,
  type ControlReason,
  type ControlRecord,
  type ControlRequest,
  type ExtensionAction,
  decodeControlRecord,
  type LeaderAction,
  type LeaderOrder,
  type WorkerRequest,
} from './control-orders.js';
import type { FleetStatus } from './fleet-status.js';
import type { FleetKey, FleetWorker } from './fleet-view.js';

/** How long the leader's answer is waited for, and how often it is looked for where no hint comes, ms. */
const PATIENCE = 2_000;
const LOOK_AGAIN = 200;
/** A key is out of service for thirty days at most. */
const LONGEST_DISABLE = 30 * 86_400_000;

export interface FleetControlContext {
  readonly board: FleetBoard | undefined;
  readonly status: FleetStatus;
  readonly clock: Clock;
  /** Who acts here: a replica's instance id. */
  readonly instanceId: string;
  /** Told of every act that was asked for here. */
  readonly onRecord?: (record: ControlRecord) => void;
}

/**
 * Steers workers and keys of the whole fleet, whichever replica is asked. What is ordered reaches the leader within a second over pub/sub, and
 * with its next renewal without; it is kept in an audit list of the last 200 acts. Every act is idempotent:
 * to trigger and to step down by the `id` of the request, the others by themselves.
 */
export class FleetControl {
  constructor(private readonly context: FleetControlContext) {}

  /**
   * Lets no iteration of a worker start, on any replica, until `resume`. A running iteration goes on.
   * @throws WorkerNotFoundError, InvalidOrderError, StoreError if the store does not answer
   */
  async pause(worker: string, reason: WorkerRequest): Promise<ControlRecord> {
    const checked = checkReason(reason);
    const { key, paused } = await this.#worker(worker, reason.key);
    if (paused) return this.#keep('pause', worker, checked, 'done', 'was paused already');
    const order = { ...checked, at: this.context.clock.wall() };
    await this.#board.amend(key, { [holdField(worker)]: JSON.stringify(order) });
    return this.#keep('pause', worker, checked, 'done', '');
  }

  /** @throws WorkerNotFoundError, InvalidOrderError, StoreError */
  async resume(worker: string, reason: WorkerRequest): Promise<ControlRecord> {
    const checked = checkReason(reason);
    const { key, paused } = await this.#worker(worker, reason.key);
    if (!paused) return this.#keep('resume', worker, checked, 'done', 'was not paused');
    await this.#board.amend(key, { [holdField(worker)]: null });
    return this.#keep('resume', worker, checked, 'done', '');
  }

  /**
   * Runs one iteration now, on the leader. Refused while one is running. Done means that it has begun.
   * @throws WorkerNotFoundError, InvalidOrderError, StoreError
   */
  async trigger(worker: string, reason: WorkerRequest): Promise<ControlRecord> {
    return this.#orderWorker('trigger', worker, reason);
  }

  /** Closes the circuit breaker of a worker. @throws WorkerNotFoundError, InvalidOrderError, StoreError */
  async resetCircuitBreaker(worker: string, reason: WorkerRequest): Promise<ControlRecord> {
    return this.#orderWorker('reset-breaker', worker, reason);
  }

  /** Lets no iteration through until the breaker is reset. @throws WorkerNotFoundError, InvalidOrderError, StoreError */
  async forceOpenCircuitBreaker(worker: string, reason: WorkerRequest): Promise<ControlRecord> {
    return this.#orderWorker('force-open-breaker', worker, reason);
  }

  /** Lets another replica lead, in order: abort, drain, release. @throws KeyNotFoundError, InvalidOrderError, StoreError */
  async stepDown(key: string, reason: ControlRequest): Promise<ControlRecord> {
    const checked = checkReason(reason);
    const id = checkId(reason.id);
    return this.#order('step-down', await this.#key(key), key, checked, id);
  }

  /**
   * Keeps every replica from leading a key for a time; work under it is aborted.
   * @param options.duration ms, up to thirty days
   * @throws KeyNotFoundError, InvalidOrderError, StoreError
   */
  async disable(
    key: string,
    { duration, ...reason }: ControlRequest & { readonly duration: number },
  ): Promise<ControlRecord> {
    const checked = checkReason(reason);
    if (!(Number.isInteger(duration) && duration >= 1 && duration <= LONGEST_DISABLE))
      throw new InvalidOrderError('duration', `whole milliseconds from 1 to ${LONGEST_DISABLE}`, duration);
    await this.#key(key);
    const order = { ...checked, at: this.context.clock.wall() };
    await this.#board.amend(key, { [DISABLED_FIELD]: JSON.stringify(order) });
    await this.#board.disable(key, duration);
    return this.#keep('disable', key, checked, 'done', `for ${duration} ms`);
  }

  /** Puts a key that was disabled into service again. @throws KeyNotFoundError, InvalidOrderError, StoreError */
  async enable(key: string, reason: ControlRequest): Promise<ControlRecord> {
    const checked = checkReason(reason);
    await this.#key(key);
    const was = await this.#board.free(key, DISABLED_HOLDER);
    await this.#board.amend(key, { [DISABLED_FIELD]: null });
    return this.#keep('enable', key, checked, 'done', was ? '' : 'was not disabled');
  }

  /** The leases whose holder is not there (any more). */
  async staleLeases(): Promise<readonly FleetKey[]> {
    const { keys } = await this.#view();
    return keys.filter(({ state }) => state === 'stale');
  }

  /**
   * Frees a lease whose holder is not there, before it expires by itself. Refused if its holder is. A holder that is cut off from the store may
   * still be at work, up to its own deadline.
   * @throws KeyNotFoundError, InvalidOrderError, StoreError
   */
  async expireLease(key: string, reason: ControlRequest): Promise<ControlRecord> {
    const checked = checkReason(reason);
    const { state, leader } = await this.#key(key);
    if (state === 'leaderless') return this.#keep('expire-lease', key, checked, 'done', 'nobody holds it');
    if (state !== 'stale' || leader === null)
      return this.#keep('expire-lease', key, checked, 'refused', leader ? `${leader} is there` : 'disabled');
    const was = await this.#board.free(key, leader);
    return this.#keep('expire-lease', key, checked, 'done', was ? `from ${leader}` : 'it had expired');
  }

  /**
   * Does something to the work of an extension, e.g. `jobs:cancel`, and notes it in the audit list, as refused if it fails.
   * @param work returns more of how it went, for the list
   * @throws InvalidOrderError before anything is done, StoreError, and what `work` throws
   */
  async perform(
    action: ExtensionAction,
    target: string,
    reason: ControlReason,
    work: () => Promise<string>,
  ): Promise<ControlRecord> {
    const checked = checkReason(reason);
    let detail: string;
    try {
      detail = await work();
    } catch (error) {
      // What failed is the answer, also where it cannot be noted.
      await this.#keep(action, target, checked, 'refused', describeError(error).message).catch(
        () => undefined,
      );
      throw error;
    }
    return this.#keep(action, target, checked, 'done', detail);
  }

  /** The last acts, newest first; at most 200. @throws StoreError */
  async audit(limit: number = KEPT_NOTES): Promise<readonly ControlRecord[]> {
    const notes = await this.#board.notes(KEPT_NOTES);
    const records = new Map<string, ControlRecord>();
    // An order is noted when it is asked for and again when it is carried out; the newest says how it ended.
    for (const note of notes) {
      const record = decodeControlRecord(note);
      if (record && !records.has(record.id)) records.set(record.id, record);
    }
    return [...records.values()].slice(0, Math.max(0, limit));
  }

  async #orderWorker(action: LeaderAction, name: string, reason: WorkerRequest): Promise<ControlRecord> {
    const checked = checkReason(reason);
    const id = checkId(reason.id);
    const { key } = await this.#worker(name, reason.key);
    return this.#order(action, await this.#key(key), name, checked, id);
  }

  async #order(
    action: LeaderAction,
    { key, state, token }: FleetKey,
    target: string,
    reason: ControlReason,
    id: string | undefined,
  ): Promise<ControlRecord> {
    const known = id === undefined ? undefined : await this.#known(id, action, target);
    if (known && known.outcome !== 'pending') return known;
    if (state !== 'led')
      return this.#keep(action, target, reason, 'refused', `nobody leads "${key}" (${state})`);
    const order: LeaderOrder = {
      id: id ?? randomUUID(),
      action,
      key,
      target,
      ...reason,
      ...(action === 'step-down' && token !== null ? { token } : {}),
      at: this.context.clock.wall(),
    };
    const asked = this.#record(
      action,
      target,
      reason,
      'pending',
      'the leader has not answered yet',
      order.id,
    );
    const answer = this.#answerTo(order.id);
    if (!known) {
      await this.#board.order(order.id, JSON.stringify(order));
      await this.#board.announce(JSON.stringify(asked));
    }
    const record = (await answer) ?? asked;
    this.context.status.forget();
    // What was carried out here was told of here.
    if (record.replica !== this.context.instanceId || record.outcome === 'pending')
      this.context.onRecord?.(record);
    return record;
  }

  /** What was asked for under this id before. @throws InvalidOrderError if that was something else */
  async #known(id: string, action: LeaderAction, target: string): Promise<ControlRecord | undefined> {
    const answer = await this.#board.answerTo(id);
    const record =
      (answer === undefined ? undefined : decodeControlRecord(answer)) ??
      (await this.audit()).find((candidate) => candidate.id === id);
    if (record && (record.action !== action || record.target !== target))
      throw new InvalidOrderError('id', `a new one: this was used for ${record.action} ${record.target}`, id);
    return record;
  }

  /** Waits for the leader's answer: looks whenever something happens on the board, and now and then without. */
  #answerTo(id: string): Promise<ControlRecord | undefined> {
    const { clock } = this.context;
    const board = this.#board;
    const until = clock.monotonic() + PATIENCE;
    return new Promise((resolve) => {
      let timer = clock.setTimeout(look, LOOK_AGAIN);
      const unwatch = board.watch(look);
      function finish(record: ControlRecord | undefined): void {
        timer.cancel();
        unwatch();
        resolve(record);
      }
      function look(): void {
        timer.cancel();
        if (clock.monotonic() >= until) return finish(undefined);
        timer = clock.setTimeout(look, LOOK_AGAIN);
        void board.answerTo(id).then(
          (text) => (text === undefined ? undefined : finish(decodeControlRecord(text))),
          () => undefined,
        );
      }
    });
  }

  async #keep(
    action: ControlRecord['action'],
    target: string,
    reason: ControlReason,
    outcome: ControlRecord['outcome'],
    detail: string,
  ): Promise<ControlRecord> {
    const record = this.#record(action, target, reason, outcome, detail);
    await this.#board.announce(JSON.stringify(record));
    this.context.status.forget();
    this.context.onRecord?.(record);
    return record;
  }

  #record(
    action: ControlRecord['action'],
    target: string,
    { by, why }: ControlReason,
    outcome: ControlRecord['outcome'],
    detail: string,
    id: string = randomUUID(),
  ): ControlRecord {
    const { clock, instanceId: replica } = this.context;
    return { id, at: new Date(clock.wall()), action, target, by, why, outcome, detail, replica };
  }

  get #board(): FleetBoard {
    const { board } = this.context;
    if (!board) throw new StoreError('This lease store keeps no board, over which a fleet could be steered');
    return board;
  }

  async #view() {
    const view = await this.context.status.viewAnew();
    if (!view.current) throw new StoreError(view.problem ?? 'The store does not answer');
    return view;
  }

  async #worker(name: string, key: string | undefined): Promise<FleetWorker> {
    const { workers } = await this.#view();
    const [worker, ...others] = workers.filter(
      (candidate) => candidate.name === name && (key === undefined || candidate.key === key),
    );
    if (others.length > 0)
      throw new AmbiguousWorkerError(name, [worker!, ...others].map((candidate) => candidate.key).sort());
    if (!worker)
      throw new WorkerNotFoundError(
        name,
        workers.map((candidate) => candidate.name),
      );
    return worker;
  }

  async #key(key: string): Promise<FleetKey> {
    const { keys } = await this.#view();
    const found = keys.find((candidate) => candidate.key === key);
    if (!found)
      throw new KeyNotFoundError(
        key,
        keys.map((candidate) => candidate.key),
      );
    return found;
  }
}
