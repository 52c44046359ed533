import type { BoardMembers } from '../../../libs/background-services/src/lease/index.js';
import type { Line } from './line.js';
import type { Surroundings } from './surroundings.js';

/** Who is there, as one process sees it at the other end of its line. */
export class MembersConnection implements BoardMembers {
  constructor(
    private readonly world: Surroundings,
    private readonly line: Line,
  ) {}

  put(id: string, text: string, ttl: number): Promise<ReadonlyMap<string, string>> {
    return this.#send(
      `tells ${text}`,
      () => this.world.server.members.put(id, text, ttl),
      (members) => `${[...members.keys()].join(', ')} are there`,
    );
  }

  remove(id: string): Promise<void> {
    return this.#send('takes leave', () => this.world.server.members.remove(id));
  }

  announce(): Promise<void> {
    return this.#send('announces', () => this.world.server.members.announce());
  }

  watch(listener: () => void): () => void {
    return this.world.onAnnouncement(() => this.line.hear(listener));
  }

  #send<Reply>(
    text: string,
    run: () => Promise<Reply>,
    outcome: (reply: Reply) => string = () => 'done',
  ): Promise<Reply> {
    const nothing = () => undefined;
    return this.line.send({ text: () => text, run, outcome, ran: nothing, answered: nothing });
  }
}
