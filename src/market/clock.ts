/** The one source of time: an abstract class, so that it is its own injection token. Tests give `{ now: () => … }`. */
export abstract class Clock {
  abstract now(): Date;
}

export class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }
}
