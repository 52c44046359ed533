import { StoreError } from '../../errors/index.js';
import { callGuest } from '../../kit/index.js';
import type {
  AuditNote,
  FleetBoard,
  LeaseRecord,
  LookRequest,
  Presence,
  PresenceView,
} from '../board/fleet-board.js';
import type { BoardMembers } from '../board/board-members.js';
import type { BoardPages } from '../board/board-pages.js';
import type { Clock } from '../clock.js';
import {
  expect,
  readAnswer,
  readBatch,
  readLedger,
  readMap,
  readNumber,
  readObject,
  readText,
  readTime,
} from './answers.js';
import { CheckedMembers } from './checked-members.js';
import { type Ask, CheckedPages } from './checked-pages.js';
import { readLeaseView } from './replies.js';

/** A board that has not answered by then will not be waited for, ms: a shutdown waits for the last words on it. */
const PATIENCE = 5_000;

/**
 * Any board, whose every answer is checked and comes in time, or not at all: what is no answer, and what takes longer than 5 s, is an error
 * that names the method. An entry that is no text is left out.
 */
export class CheckedBoard implements FleetBoard {
  readonly pages: BoardPages | undefined;
  readonly members: BoardMembers | undefined;

  constructor(
    private readonly board: FleetBoard,
    private readonly clock: Clock,
  ) {
    const { pages, members } = board;
    const ask: Ask = (...asked) => this.#ask(...asked);
    this.pages = pages && new CheckedPages(pages, ask);
    this.members = members && new CheckedMembers(members, ask);
  }

  putPresence(presence: Presence): Promise<number> {
    return this.#ask('putPresence', () => this.board.putPresence(presence), revision);
  }

  revision(): Promise<number> {
    return this.#ask('revision', () => this.board.revision(), revision);
  }

  removePresence(id: string): Promise<void> {
    return this.#ask('removePresence', () => this.board.removePresence(id), nothing);
  }

  presences(): Promise<ReadonlyMap<string, PresenceView>> {
    return this.#ask(
      'presences',
      () => this.board.presences(),
      (answer) => readMap(answer, presence),
    );
  }

  time(): Promise<number> {
    return this.#ask(
      'time',
      () => this.board.time(),
      (answer) => readTime(answer, 'the time'),
    );
  }

  look(requests: readonly LookRequest[]): Promise<readonly LeaseRecord[]> {
    return this.#ask(
      'look',
      () => this.board.look(requests),
      (answer) => readBatch(answer, requests.length).map(record),
    );
  }

  setEntries(key: string, entries: Readonly<Record<string, string | null>>): Promise<void> {
    return this.#ask('setEntries', () => this.board.setEntries(key, entries), nothing);
  }

  disable(key: string, ttl: number): Promise<void> {
    return this.#ask('disable', () => this.board.disable(key, ttl), nothing);
  }

  free(key: string, holder: string): Promise<boolean> {
    return this.#ask('free', () => this.board.free(key, holder), yesOrNo);
  }

  sendCommand(id: string, text: string): Promise<void> {
    return this.#ask('sendCommand', () => this.board.sendCommand(id, text), nothing);
  }

  commands(): Promise<ReadonlyMap<string, string>> {
    return this.#ask(
      'commands',
      () => this.board.commands(),
      (answer) => readMap(answer, text),
    );
  }

  claimCommand(id: string): Promise<boolean> {
    return this.#ask('claimCommand', () => this.board.claimCommand(id), yesOrNo);
  }

  answerCommand(id: string, answer: string): Promise<void> {
    return this.#ask('answerCommand', () => this.board.answerCommand(id, answer), nothing);
  }

  answerTo(id: string): Promise<string | undefined> {
    return this.#ask(
      'answerTo',
      () => this.board.answerTo(id),
      (answer) => (answer === undefined ? undefined : readText(answer, 'the answer')),
    );
  }

  announce(note?: AuditNote): Promise<void> {
    return this.#ask('announce', () => this.board.announce(note), nothing);
  }

  notes(limit: number): Promise<readonly AuditNote[]> {
    return this.#ask('notes', () => this.board.notes(limit), readNotes);
  }

  watch(listener: () => void): () => void {
    let unwatch: unknown;
    callGuest(() => (unwatch = this.board.watch(listener)));
    return () => {
      if (typeof unwatch === 'function') callGuest(unwatch as () => unknown);
    };
  }

  #ask<T>(method: string, command: () => Promise<unknown>, reader: (answer: unknown) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = () => reject(new StoreError(`The board did not answer ${method}() within ${PATIENCE} ms`));
      const timer = this.clock.setTimeout(late, PATIENCE);
      (async () => readAnswer('The board', method, await command(), reader))()
        .then(resolve, reject)
        .finally(() => timer.cancel());
    });
  }
}

const nothing = (): void => undefined;

function revision(answer: unknown): number {
  return readNumber(answer, 'the revision');
}

function text(answer: unknown): string {
  return readText(answer, 'the entry');
}

function yesOrNo(answer: unknown): boolean {
  expect(typeof answer === 'boolean', 'a boolean');
  return answer;
}

function presence(answer: unknown): PresenceView {
  const { text, isUp } = readObject(answer, '{ text, isUp }');
  return { text: text === undefined ? undefined : readText(text, 'text'), isUp: yesOrNo(isUp) };
}

function record(answer: unknown): LeaseRecord {
  const { ledger } = readObject(answer, 'a lease');
  return { ...readLeaseView(answer), ledger: ledger === undefined ? undefined : readLedger(ledger) };
}

function readNotes(answer: unknown): readonly AuditNote[] {
  expect(Array.isArray(answer), 'an array of texts');
  return answer.filter((note): note is AuditNote => typeof note === 'string');
}
