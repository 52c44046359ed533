import { setTimeout as pass } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import {
  Continuous,
  type Iteration,
  LeaderElected,
  type LeadershipLostError,
} from 'nestjs-background-services';
import { type Answers, type Register, REGISTERS } from '../events.js';
import type { SeededRandom } from '../seeded-random.js';
import { ReplicaJournal } from './journal.js';
import { Registers } from './registers.js';
import { EVERY, KEY, PAUSE } from './settings.js';

export const RANDOM = Symbol('the random numbers of this process');

/**
 * The workload: read, rest, write. It ignores its abort signal, as bad code does: an old leader that wakes up writes what it had in mind,
 * and only the fence can stop it.
 */
@Injectable()
@LeaderElected(KEY)
export class Bookkeeper {
  constructor(
    private readonly registers: Registers,
    private readonly journal: ReplicaJournal,
    @Inject(RANDOM) private readonly random: SeededRandom,
  ) {}

  @Continuous({ name: 'term' })
  async term({ fencingToken, signal }: Iteration): Promise<void> {
    this.journal.write({ event: 'term', token: fencingToken });
    await new Promise<void>((ended) => {
      signal.addEventListener('abort', () => {
        this.journal.aborted(fencingToken, (signal.reason as LeadershipLostError).reason);
        ended();
      });
    });
  }

  @Interval('bookkeeper', EVERY)
  async update({ fencingToken: token, number }: Iteration): Promise<void> {
    const id = `${token}.${number}`;
    this.journal.write({ event: 'start', token, id });
    try {
      const after = await this.read(token);
      await pass(this.random.between(PAUSE.least, PAUSE.most));
      this.journal.write({ event: 'write', token, id, after });
      this.journal.write({ event: 'wrote', token, id, answers: await this.append(token, id, after) });
    } catch (error) {
      this.journal.write({ event: 'failed', id, error: String(error) });
      throw error;
    }
  }

  private async read(token: number): Promise<Partial<Record<Register, string>>> {
    const heads = await Promise.all(REGISTERS.map((name) => this.registers.read(name, token)));
    return Object.fromEntries(
      REGISTERS.flatMap((name, i) => (heads[i] === undefined ? [] : [[name, heads[i]]])),
    );
  }

  private async append(
    token: number,
    id: string,
    after: Partial<Record<Register, string>>,
  ): Promise<Answers> {
    const passed = await Promise.all(
      REGISTERS.map(async (name) => name in after && this.registers.write(name, token, id)),
    );
    return Object.fromEntries(
      REGISTERS.map((name, i) => [name, passed[i] ? 'accepted' : 'refused']),
    ) as Answers;
  }
}
