import { callGuest } from '../../kit/index.js';
import { type BoardMembers, LONGEST_MEMBER } from '../board/board-members.js';
import { MOST_PRESENCES } from '../board/fleet-board.js';
import { expect, readMap, readText } from './answers.js';
import type { Ask } from './checked-pages.js';

/** The members on any board, whose every answer is checked and comes in time, or not at all. */
export class CheckedMembers implements BoardMembers {
  constructor(
    private readonly members: BoardMembers,
    private readonly ask: Ask,
  ) {}

  put(id: string, text: string, ttl: number): Promise<ReadonlyMap<string, string>> {
    return this.ask(
      'members.put',
      () => this.members.put(id, text, ttl),
      (answer) => readMap(answer, readMember, MOST_PRESENCES),
    );
  }

  remove(id: string): Promise<void> {
    return this.ask(
      'members.remove',
      () => this.members.remove(id),
      () => undefined,
    );
  }

  announce(): Promise<void> {
    return this.ask(
      'members.announce',
      () => this.members.announce(),
      () => undefined,
    );
  }

  watch(listener: () => void): () => void {
    let unwatch: unknown;
    callGuest(() => (unwatch = this.members.watch(listener)));
    return () => {
      if (typeof unwatch === 'function') callGuest(unwatch as () => unknown);
    };
  }
}

function readMember(answer: unknown): string {
  const text = readText(answer, 'the member');
  expect(Buffer.byteLength(text) <= LONGEST_MEMBER, `${LONGEST_MEMBER} bytes at most`);
  return text;
}
