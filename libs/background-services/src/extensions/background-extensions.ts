import { describeError, DuplicateExtensionError, InvalidExtensionError } from '../errors/index.js';
import type { Subscription } from '../events/index.js';
import type { BackgroundExtension, ExtensionHealth } from './background-extension.js';

const NAME = /^[a-z][a-z0-9-]{0,63}$/;
/** Cards travel with every posting of a replica, so they are small; characters of JSON. */
const LONGEST_CARD = 4_000;

/** What joins the workers in health and fleet. Inject it to add to it. */
export class BackgroundExtensions {
  readonly #extensions = new Map<string, BackgroundExtension>();

  /**
   * Adds one. Returns what takes it away again.
   * @throws InvalidExtensionError, DuplicateExtensionError
   */
  add(extension: BackgroundExtension): Subscription {
    const { name } = extension;
    if (typeof name !== 'string' || !NAME.test(name)) throw new InvalidExtensionError(name);
    if (this.#extensions.has(name)) throw new DuplicateExtensionError(name);
    this.#extensions.set(name, extension);
    const end = () => {
      if (this.#extensions.get(name) === extension) this.#extensions.delete(name);
    };
    return Object.assign(end, { [Symbol.dispose]: end });
  }

  /** By name. One that throws is degraded: what cannot be asked cannot be trusted. */
  health(): Readonly<Record<string, ExtensionHealth>> {
    return this.#ask((extension) => extension.health?.(), degraded);
  }

  /** By name. One that throws has none, as has one whose card is too long, or no JSON. */
  cards(): Readonly<Record<string, unknown>> {
    return this.#ask(
      (extension) => asJson(extension.card?.()),
      () => undefined,
    );
  }

  #ask<Answer>(
    question: (extension: BackgroundExtension) => Answer | undefined,
    onError: (error: unknown) => Answer | undefined,
  ): Readonly<Record<string, Answer>> {
    const answers: [string, Answer][] = [];
    for (const extension of this.#extensions.values()) {
      const answer = attempt(() => question(extension), onError);
      if (answer !== undefined) answers.push([extension.name, answer]);
    }
    return Object.fromEntries(answers);
  }
}

function attempt<Answer>(question: () => Answer, onError: (error: unknown) => Answer): Answer {
  try {
    return question();
  } catch (error) {
    return onError(error);
  }
}

function degraded(error: unknown): ExtensionHealth {
  return { reasons: [`cannot be asked: ${describeError(error).message}`], details: {} };
}

/** Whatever is no JSON is dropped, and what the extension goes on with cannot change what was told. */
function asJson(card: unknown): unknown {
  const text = JSON.stringify(card) as string | undefined;
  return text === undefined || text.length > LONGEST_CARD ? undefined : (JSON.parse(text) as unknown);
}
