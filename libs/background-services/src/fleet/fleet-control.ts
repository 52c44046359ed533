import { describeError, InvalidCommandError, ReplicaNotFoundError, StoreError } from '../errors/index.js';
import { abortController } from '../kit/index.js';
import { type Clock, DISABLED_HOLDER, type FleetBoard, KEPT_NOTES } from '../lease/index.js';
import { pauseField } from '../workers/index.js';
import { AuditList } from './audit-list.js';
import { type CommandRequest, CommandSender } from './command-sender.js';
import {
  checkId,
  checkReason,
  type ControlReason,
  type ControlRecord,
  type ControlRequest,
  type ExtensionAction,
  type LeaderAction,
  type ReplicaAction,
  type WorkerRequest,
} from './control-command.js';
import { findKey, findWorker } from './find-in-view.js';
import { encodeFlag } from './fleet-flag.js';
import type { Subject } from './fleet-assembly.js';
import type { FleetStatus } from './fleet-status.js';
import type { FleetKey, FleetView } from './fleet-view.js';
import { DISABLED_FIELD } from './ledger-fields.js';

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
 * Steers workers and keys of the whole fleet, whichever replica is asked. What is asked for reaches the leader within a second over pub/sub, and
 * with its next renewal without; it is kept in an audit list of the last 200 acts. Every act is idempotent:
 * to trigger and to step down by the `id` of the request, the others by themselves.
 */
export class FleetControl {
  readonly #closing = abortController();
  readonly #audit: AuditList;
  readonly #sender: CommandSender;

  /** @internal Made by the module. */
  constructor(private readonly context: FleetControlContext) {
    const { clock, instanceId } = context;
    const board = () => this.#board;
    this.#audit = new AuditList(board, instanceId);
    this.#sender = new CommandSender(board, this.#audit, clock, this.#closing.signal);
  }

  /** Called by Nest when the app closes: requests that wait for a leader's answer are answered `pending`, and hold up the shutdown no longer. */
  onModuleDestroy(): void {
    this.#closing.abort();
  }

  /**
   * Lets no iteration of a worker start, on any replica, until `resume`. A running iteration goes on.
   * @throws WorkerNotFoundError, InvalidCommandError, StoreError if the store does not answer
   */
  async pause(worker: string, reason: WorkerRequest): Promise<ControlRecord> {
    const checked = checkReason(reason);
    const { paused, key } = findWorker(
      await this.#about({ worker, key: reason.key }),
      worker,
      reason.key,
    ).worker;
    if (paused) return this.#done('pause', worker, checked, 'was paused already');
    const record = await this.#audit.record({
      action: 'pause',
      target: worker,
      reason: checked,
      outcome: 'done',
      detail: '',
    });
    await this.#board.setEntries(key, { [pauseField(worker)]: encodeFlag(record) });
    return this.#note(record);
  }

  /** Lets a paused worker run again, on whichever replica leads it. @throws WorkerNotFoundError, InvalidCommandError, StoreError */
  async resume(worker: string, reason: WorkerRequest): Promise<ControlRecord> {
    const checked = checkReason(reason);
    const { paused, key } = findWorker(
      await this.#about({ worker, key: reason.key }),
      worker,
      reason.key,
    ).worker;
    if (!paused) return this.#done('resume', worker, checked, 'was not paused');
    await this.#board.setEntries(key, { [pauseField(worker)]: null });
    return this.#done('resume', worker, checked, '');
  }

  /**
   * Runs one iteration now, on the leader. Refused while one is running. Done means that it has begun.
   * @throws WorkerNotFoundError, InvalidCommandError, StoreError
   */
  async trigger(worker: string, reason: WorkerRequest): Promise<ControlRecord> {
    return this.#commandWorker('trigger', worker, reason);
  }

  /** Closes the circuit breaker of a worker. @throws WorkerNotFoundError, InvalidCommandError, StoreError */
  async resetCircuitBreaker(worker: string, reason: WorkerRequest): Promise<ControlRecord> {
    return this.#commandWorker('reset-breaker', worker, reason);
  }

  /** Lets no iteration through until the breaker is reset. @throws WorkerNotFoundError, InvalidCommandError, StoreError */
  async forceOpenCircuitBreaker(worker: string, reason: WorkerRequest): Promise<ControlRecord> {
    return this.#commandWorker('force-open-breaker', worker, reason);
  }

  /** Lets another replica lead, in order: abort, drain, release. @throws KeyNotFoundError, InvalidCommandError, StoreError */
  async stepDown(key: string, reason: ControlRequest): Promise<ControlRecord> {
    const checked = checkReason(reason);
    const id = checkId(reason.id);
    return this.#command({ action: 'step-down', target: key, reason: checked, id }, await this.#key(key));
  }

  /**
   * Lets a replica take nothing new, and hand over what it leads, between iterations and one key after the other, as long as others take it. It is so
   * until {@link uncordon}, or until its process ends.
   * @param replica its instance id
   * @throws ReplicaNotFoundError, InvalidCommandError, StoreError
   */
  async cordon(replica: string, reason: ControlRequest): Promise<ControlRecord> {
    return this.#commandReplica('cordon', replica, reason);
  }

  /** Lets a replica take its share again. @param replica its instance id @throws ReplicaNotFoundError, InvalidCommandError, StoreError */
  async uncordon(replica: string, reason: ControlRequest): Promise<ControlRecord> {
    return this.#commandReplica('uncordon', replica, reason);
  }

  /**
   * Keeps every replica from leading a key for a time; work under it is aborted.
   * @param options.duration ms, up to thirty days
   * @throws KeyNotFoundError, InvalidCommandError, StoreError
   */
  async disable(
    key: string,
    { duration, ...reason }: ControlRequest & { readonly duration: number },
  ): Promise<ControlRecord> {
    const checked = checkReason(reason);
    if (!(Number.isInteger(duration) && duration >= 1 && duration <= LONGEST_DISABLE))
      throw new InvalidCommandError('duration', `whole milliseconds from 1 to ${LONGEST_DISABLE}`, duration);
    await this.#key(key);
    const record = await this.#audit.record({
      action: 'disable',
      target: key,
      reason: checked,
      outcome: 'done',
      detail: `for ${duration} ms`,
    });
    await this.#board.setEntries(key, { [DISABLED_FIELD]: encodeFlag(record) });
    await this.#board.disable(key, duration);
    return this.#note(record);
  }

  /** Puts a key that was disabled into service again. @throws KeyNotFoundError, InvalidCommandError, StoreError */
  async enable(key: string, reason: ControlRequest): Promise<ControlRecord> {
    const checked = checkReason(reason);
    await this.#key(key);
    const was = await this.#board.free(key, DISABLED_HOLDER);
    await this.#board.setEntries(key, { [DISABLED_FIELD]: null });
    return this.#done('enable', key, checked, was ? '' : 'was not disabled');
  }

  /** The leases whose holder is not there (any more). */
  async staleLeases(): Promise<readonly FleetKey[]> {
    const { keys } = await this.#view();
    return keys.filter(({ state }) => state === 'stale');
  }

  /**
   * Frees a lease whose holder is not there, before it expires by itself. Refused if its holder is. A holder that is cut off from the store may
   * still be at work, up to its own deadline.
   * @throws KeyNotFoundError, InvalidCommandError, StoreError
   */
  async expireLease(key: string, reason: ControlRequest): Promise<ControlRecord> {
    const checked = checkReason(reason);
    const { state, leader } = await this.#key(key);
    if (state === 'leaderless') return this.#done('expire-lease', key, checked, 'nobody holds it');
    if (state !== 'stale' || leader === null)
      return this.#refused('expire-lease', key, checked, leader ? `${leader} is there` : 'disabled');
    const was = await this.#board.free(key, leader);
    return this.#done('expire-lease', key, checked, was ? `from ${leader}` : 'it had expired');
  }

  /**
   * Does something to the work of an extension, e.g. `jobs:cancel`, and notes it in the audit list, as refused if it fails.
   * @param work returns more of how it went, for the list
   * @throws InvalidCommandError before anything is done, StoreError, and what `work` throws
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
      const { message } = describeError(error);
      await this.#refused(action, target, checked, message).catch(() => undefined);
      throw error;
    }
    return this.#done(action, target, checked, detail);
  }

  /** The last acts, newest first; at most 200. @throws StoreError */
  async audit(limit: number = KEPT_NOTES): Promise<readonly ControlRecord[]> {
    return this.#audit.latest(limit);
  }

  async #commandWorker(action: LeaderAction, target: string, request: WorkerRequest): Promise<ControlRecord> {
    const reason = checkReason(request);
    const id = checkId(request.id);
    const { key } = findWorker(await this.#about({ worker: target, key: request.key }), target, request.key);
    return this.#command({ action, target, reason, id }, key);
  }

  async #commandReplica(
    action: ReplicaAction,
    target: string,
    request: ControlRequest,
  ): Promise<ControlRecord> {
    const reason = checkReason(request);
    const id = checkId(request.id);
    const ids = (await this.#view()).replicas.map((replica) => replica.id);
    if (!ids.includes(target)) throw new ReplicaNotFoundError(target, ids);
    return this.#send({ action, target, reason, id }, { key: target, token: null });
  }

  async #command(request: CommandRequest, key: FleetKey): Promise<ControlRecord> {
    const { action, target, reason } = request;
    const refusal =
      key.state === 'led'
        ? undefined
        : () => this.#refused(action, target, reason, `nobody leads "${key.key}" (${key.state})`);
    return this.#send(request, key, refusal);
  }

  async #send(
    request: CommandRequest,
    to: Pick<FleetKey, 'key' | 'token'>,
    refusal?: () => Promise<ControlRecord>,
  ): Promise<ControlRecord> {
    const known = await this.#sender.known(request);
    if (known && known.outcome !== 'pending') return known;
    if (refusal) return refusal();
    const record = await this.#sender.send(request, to, known !== undefined);
    const { status, instanceId, onRecord } = this.context;
    status.forget();
    // What was carried out here was told of here.
    if (record.replica !== instanceId || record.outcome === 'pending') onRecord?.(record);
    return record;
  }

  async #done(...[action, target, reason, detail]: Act): Promise<ControlRecord> {
    return this.#note(await this.#audit.record({ action, target, reason, outcome: 'done', detail }));
  }

  async #refused(...[action, target, reason, detail]: Act): Promise<ControlRecord> {
    return this.#note(await this.#audit.record({ action, target, reason, outcome: 'refused', detail }));
  }

  async #note(record: ControlRecord): Promise<ControlRecord> {
    await this.#audit.note(record);
    this.context.status.forget();
    this.context.onRecord?.(record);
    return record;
  }

  get #board(): FleetBoard {
    const { board } = this.context;
    if (!board) throw new StoreError('This lease store keeps no board, over which a fleet could be steered');
    return board;
  }

  /** What is acted upon, as it is now, read once for each act. @throws StoreError */
  async #about(subject: Subject): Promise<FleetView> {
    try {
      return await this.context.status.about(subject);
    } catch (error) {
      throw error instanceof StoreError ? error : new StoreError(describeError(error).message);
    }
  }

  /** The fleet as it is now. @throws StoreError */
  async #view(): Promise<FleetView> {
    const view = await this.context.status.viewAnew();
    if (!view.current) throw new StoreError(view.problem ?? 'The store does not answer');
    return view;
  }

  async #key(key: string): Promise<FleetKey> {
    return findKey(await this.#about({ key }), key);
  }
}

type Act = readonly [action: ControlRecord['action'], target: string, reason: ControlReason, detail: string];
