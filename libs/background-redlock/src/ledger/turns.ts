/** Lets work on one thing take turns, in the order in which it was asked for. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  take<Result>(thing: string, work: () => Promise<Result>): Promise<Result> {
    const turn = (this.#last.get(thing) ?? Promise.resolve()).then(work, work);
    this.#last.set(thing, turn);
    const forget = () => {
      if (this.#last.get(thing) === turn) this.#last.delete(thing);
    };
    turn.then(forget, forget);
    return turn;
  }
}
