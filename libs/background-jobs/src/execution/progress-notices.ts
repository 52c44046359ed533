import type { Clock, Timer } from 'nestjs-background-services/store';

/** Progress is told at most this often, ms: items may end a thousand times a second. */
const INTERVAL = 250;

/** Tells of the progress of one run: at once, then at most every 250 ms, and in the end of the newest. */
export class ProgressNotices {
  #timer: Timer | undefined;
  #isDue = false;

  constructor(
    private readonly clock: Clock,
    private readonly tell: () => void,
  ) {}

  /** The run got on. */
  got(): void {
    this.#isDue = true;
    if (!this.#timer) this.#send();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #send(): void {
    this.#timer = undefined;
    if (!this.#isDue) return;
    this.#isDue = false;
    this.tell();
    this.#timer = this.clock.setTimeout(() => this.#send(), INTERVAL);
  }
}
