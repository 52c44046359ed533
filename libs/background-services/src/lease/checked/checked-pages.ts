import type { BoardPages } from '../board/board-pages.js';
import { expect, readBatch, readText } from './answers.js';

/** Asks a board and checks its answer. */
export type Ask = <T>(
  method: string,
  command: () => Promise<unknown>,
  reader: (answer: unknown) => T,
) => Promise<T>;

/** The pages of any board, whose every answer is checked and comes in time, or not at all. */
export class CheckedPages implements BoardPages {
  constructor(
    private readonly pages: BoardPages,
    private readonly ask: Ask,
  ) {}

  keep(id: string, ttl: number): Promise<boolean> {
    return this.ask(
      'pages.keep',
      () => this.pages.keep(id, ttl),
      (answer) => {
        expect(typeof answer === 'boolean', 'a boolean');
        return answer;
      },
    );
  }

  put(id: string, text: string, ttl: number): Promise<void> {
    return this.ask(
      'pages.put',
      () => this.pages.put(id, text, ttl),
      () => undefined,
    );
  }

  read(ids: readonly string[]): Promise<readonly (string | undefined)[]> {
    return this.ask(
      'pages.read',
      () => this.pages.read(ids),
      (answer) =>
        readBatch(answer, ids.length).map((page) =>
          page === undefined ? undefined : readText(page, 'the page'),
        ),
    );
  }
}
