import type { Instant } from '../../../libs/background-services/src/lease/index.js';
import type { Process } from './process.js';
import type { Surroundings } from './surroundings.js';
import type { Weather } from './weather.js';

/** What a command is called in the history, how it runs, and who is told of its running and of its answer. */
export interface Command<Reply> {
  readonly text: () => string;
  readonly run: () => Promise<Reply>;
  readonly ran: (reply: Reply) => void;
  readonly answered: (reply: Reply, sentAt: Instant) => void;
  readonly outcome: (reply: Reply) => string;
}

/**
 * One process's way to the store, across a network that loses, doubles and delays. What a command does is decided when it arrives, which may
 * be long after its sender gave it up, or died.
 */
export class Line {
  constructor(
    private readonly world: Surroundings,
    private readonly replica: Process,
    private readonly weather: Weather,
    /** As the Redis store has it, ms; undefined: it waits for ever, and whoever asks has to look after itself. */
    private readonly commandTimeout: number | undefined,
  ) {}

  /** Something was published, which may be lost. */
  hear(action: () => void): void {
    if (this.world.plan.hints === 'deaf' || this.weather.is('hints-lost') || this.weather.is('replies-lost'))
      return;
    this.world.scheduler.after(this.weather.latency(), () =>
      this.replica.machine.receive(() => {
        if (this.replica.isAlive) action();
      }),
    );
  }

  send<Reply>(command: Command<Reply>): Promise<Reply> {
    // A process that was killed is not there to send anything.
    if (!this.replica.isAlive) return new Promise<never>(() => undefined);
    const { weather, world } = this;
    const { history, scheduler } = world;
    const { machine, name } = this.replica;
    const sentAt = machine.instant();
    const fate = weather.fate();
    history.note(name, () => `sends ${command.text()}${fate === 'delivered' ? '' : ` (${fate})`}`);
    return new Promise<Reply>((resolve, reject) => {
      let state: 'open' | 'closed' = 'open';
      const close = (how: () => string, settle: () => void) => {
        if (state === 'closed' || !this.replica.isAlive) return;
        state = 'closed';
        timer?.cancel();
        history.note(name, () => `${command.text()}: ${how()}`);
        settle();
      };
      const fail = (message: string) =>
        close(
          () => message,
          () => reject(new Error(message)),
        );
      const timer =
        this.commandTimeout === undefined
          ? undefined
          : machine.setTimer(() => fail('Command timed out'), this.commandTimeout);
      const answer = (reply: Reply) =>
        scheduler.after(weather.latency(), () =>
          machine.receive(() =>
            close(
              () => command.outcome(reply),
              () => {
                command.answered(reply, sentAt);
                resolve(reply);
              },
            ),
          ),
        );
      const arrive = (isAnswered: boolean) => {
        const down = world.server.down;
        if (down?.how === 'freeze') return void scheduler.at(down.until, () => arrive(isAnswered));
        if (down)
          return void scheduler.after(weather.latency(), () => machine.receive(() => fail('ECONNREFUSED')));
        void command.run().then((reply) => {
          history.note('store', () => `runs ${command.text()} of ${name}: ${command.outcome(reply)}`);
          command.ran(reply);
          if (isAnswered) answer(reply);
        });
      };
      const travel = (extra: number, isAnswered: boolean) =>
        void scheduler.after(weather.latency() + extra, () => arrive(isAnswered));
      /** Nothing runs later than the faults last. */
      const lateness = () =>
        Math.max(0, Math.min(weather.lateness(), world.faultsEndAt - scheduler.now - 10));
      switch (fate) {
        case 'delivered':
          return travel(0, true);
        case 'request-lost':
          return;
        case 'reply-lost':
          return travel(0, false);
        case 'doubled':
          travel(0, true);
          return travel(lateness(), false);
        case 'late':
          return travel(lateness(), true);
        case 'broken':
          scheduler.after(weather.latency(), () => machine.receive(() => fail('Connection is closed.')));
          if (weather.chance()) travel(lateness(), false);
      }
    });
  }
}
