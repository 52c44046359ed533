import { InvalidCommandError } from '../errors/index.js';
import { onAbort } from '../kit/index.js';
import type { Clock, FleetBoard } from '../lease/index.js';
import type { AuditList } from './audit-list.js';
import {
  type ControlReason,
  type ControlRecord,
  decodeControlRecord,
  isReplicaAction,
  type LeaderAction,
  type LeaderCommand,
  type ReplicaAction,
} from './control-command.js';
import type { FleetKey } from './fleet-view.js';

/** How long the leader's answer is waited for, and how often it is looked for where no hint comes, ms. */
const PATIENCE = 2_000;
const LOOK_AGAIN = 200;

/** What is asked of the leader of a key, or of a replica. */
export interface CommandRequest {
  readonly action: LeaderAction | ReplicaAction;
  readonly target: string;
  readonly reason: ControlReason;
  /** What it is told apart by. @default a new one */
  readonly id: string | undefined;
}

/** Sends commands to the leader of a key over the board, and waits for its answers. */
export class CommandSender {
  /** @param board throws where there is none @param closing ends the wait for answers */
  constructor(
    private readonly board: () => FleetBoard,
    private readonly audit: AuditList,
    private readonly clock: Clock,
    private readonly closing: AbortSignal,
  ) {}

  /** What became of a command that was sent under this id before. @throws InvalidCommandError if that was another one */
  async known({ id, action, target }: CommandRequest): Promise<ControlRecord | undefined> {
    if (id === undefined) return undefined;
    const answer = await this.board().answerTo(id);
    const record =
      (answer === undefined ? undefined : decodeControlRecord(answer)) ??
      (await this.audit.latest()).find((candidate) => candidate.id === id);
    if (record && (record.action !== action || record.target !== target))
      throw new InvalidCommandError(
        'id',
        `a new one: this was used for ${record.action} ${record.target}`,
        id,
      );
    return record;
  }

  /**
   * Sends a command to whoever leads the key, or to a replica (`key` is its instance id), unless it is under way already.
   * @returns the leader's answer; `pending`, if there is none in time
   */
  async send(
    { action, target, reason, id }: CommandRequest,
    { key, token }: Pick<FleetKey, 'key' | 'token'>,
    isUnderWay: boolean,
  ): Promise<ControlRecord> {
    const { audit } = this;
    const board = this.board();
    const detail = `the ${isReplicaAction(action) ? 'replica' : 'leader'} has not answered yet`;
    const asked = await audit.record({
      action,
      target,
      reason,
      outcome: 'pending',
      detail,
      ...(id === undefined ? {} : { id }),
    });
    const command: LeaderCommand = {
      ...{ id: asked.id, action, key, target, ...reason },
      // The term that is meant: who has lost the lease meanwhile has nothing to step down from.
      ...(action === 'step-down' && token !== null ? { token } : {}),
      at: asked.at.getTime(),
    };
    const answer = this.#answerTo(command.id);
    try {
      if (!isUnderWay) {
        await board.sendCommand(command.id, JSON.stringify(command));
        await audit.note(asked);
      }
    } catch (error) {
      answer.cancel();
      throw error;
    }
    return (await answer.record) ?? asked;
  }

  /** Waits for the leader's answer: looks whenever something happens on the board, and now and then without. */
  #answerTo(id: string): {
    readonly record: Promise<ControlRecord | undefined>;
    readonly cancel: () => void;
  } {
    const { clock } = this;
    const board = this.board();
    const until = clock.monotonic() + PATIENCE;
    let cancel: () => void = () => undefined;
    const record = new Promise<ControlRecord | undefined>((resolve) => {
      let timer = clock.setTimeout(look, LOOK_AGAIN);
      let stopListening: () => void = () => undefined;
      const unwatch = board.watch(look);
      cancel = () => finish(undefined);
      stopListening = onAbort(this.closing, cancel);
      function finish(answer: ControlRecord | undefined): void {
        timer.cancel();
        unwatch();
        stopListening();
        resolve(answer);
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
    return { record, cancel };
  }
}
