import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../market/clock.js';

export interface TaskFailure {
  readonly task: string;
  readonly at: Date;
  readonly message: string;
}

export interface TaskStatus {
  /** Names of those that run now. */
  readonly running: readonly string[];
  readonly succeeded: number;
  /** Ended because they were told to. */
  readonly aborted: number;
  readonly failed: number;
  /** The newest ones, newest first. */
  readonly failures: readonly TaskFailure[];
}

const KEPT_FAILURES = 10;
const LONGEST_MESSAGE = 300;

/** Keeps an eye on promises that nobody awaits: none of them fails unseen, and none ends the process as an unhandled rejection. */
@Injectable()
export class TaskMonitor {
  private readonly logger = new Logger('TaskMonitor');
  private readonly running = new Map<symbol, string>();
  private readonly failures: TaskFailure[] = [];
  private succeeded = 0;
  private aborted = 0;
  private failed = 0;

  constructor(private readonly clock: Clock) {}

  /**
   * Runs a task in the background.
   * @param signal what tells the task to end; that it rejects with this signal's reason is no failure
   * @returns a promise of its end, however it ends; it never rejects
   */
  async watch(task: string, work: () => unknown, signal?: AbortSignal): Promise<void> {
    const id = Symbol(task);
    this.running.set(id, task);
    try {
      await work();
      this.succeeded++;
    } catch (error) {
      if (signal?.aborted && error === signal.reason) this.aborted++;
      else this.note(task, error);
    } finally {
      this.running.delete(id);
    }
  }

  status(): TaskStatus {
    const { succeeded, aborted, failed } = this;
    const failures = [...this.failures].reverse();
    return { running: [...this.running.values()], succeeded, aborted, failed, failures };
  }

  private note(task: string, error: unknown): void {
    const message = (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_MESSAGE);
    this.failed++;
    this.failures.push({ task, at: this.clock.now(), message });
    if (this.failures.length > KEPT_FAILURES) this.failures.shift();
    this.logger.error(`"${task}" failed: ${message}`, error instanceof Error ? error.stack : undefined);
  }
}
