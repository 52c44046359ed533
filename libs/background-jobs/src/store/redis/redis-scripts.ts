import type { Cluster, Redis } from 'ioredis';
import type { JobStoreError } from '../../errors/index.js';
import { asTexts } from './decode.js';
import * as scripts from './scripts.js';
import type { StoreErrors } from './store-errors.js';

export type ScriptName = keyof typeof scripts;
type Argument = string | number;
type Commands = Record<string, (...args: readonly Argument[]) => Promise<unknown>>;

/** They are about no job in particular; all others name it first. */
const WITHOUT_ID: readonly ScriptName[] = ['LIST', 'ACTIVE', 'COUNT', 'EXPIRE'];

/** The scripts of the store as commands. */
export class RedisScripts {
  readonly #commands: Commands;

  /**
   * @param stem what all keys begin with
   * @param onMended told of each key that was in the way and is removed
   */
  constructor(
    client: Redis | Cluster,
    private readonly stem: string,
    private readonly errors: StoreErrors,
    private readonly onMended: (what: string) => void,
  ) {
    for (const [name, lua] of Object.entries(scripts))
      client.defineCommand(commandOf(name), { numberOfKeys: 1, lua });
    this.#commands = client as unknown as Commands;
  }

  /**
   * Runs a script, and again for as long as it says that it did a part only. One that fails over a key of another type runs once more, after such keys
   * are removed.
   * @throws JobStoreError
   */
  async run(name: ScriptName, ...args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.#whole(name, args);
    } catch (error) {
      if (!isOurScriptsFault(error)) throw error;
      const id = WITHOUT_ID.includes(name) ? '' : (args[0] ?? '');
      const claim = name === 'CREATE' ? (args[5] ?? '') : '';
      const removed = asTexts(await this.#once('MEND', [id, claim]));
      // If there is nothing to remove, another call may have done so just now.
      for (const what of removed) this.onMended(what);
      return this.#whole(name, args);
    }
  }

  async #whole(name: ScriptName, args: readonly Argument[]): Promise<unknown> {
    for (;;) {
      const answer = await this.#once(name, args);
      if (answer !== 'again') return answer;
    }
  }

  async #once(name: ScriptName, args: readonly Argument[]): Promise<unknown> {
    this.errors.check();
    try {
      const answer = await this.#commands[commandOf(name)]!(this.stem, ...args);
      this.errors.worked(name);
      return answer;
    } catch (cause) {
      throw this.errors.of(cause, name, scripts[name]);
    }
  }
}

/** Whether a script met with what it cannot work with, and Redis itself is well. */
export function isOurScriptsFault(error: unknown): boolean {
  const { name, message } = Object((error as JobStoreError).cause) as Partial<Error>;
  return name === 'ReplyError' && /^(?:WRONGTYPE|ERR) /.test(message ?? '');
}

function commandOf(name: string): string {
  return `bgj${name.toLowerCase().replaceAll('_', '')}`;
}
