import { cut, describeError, DuplicateExtensionError, InvalidExtensionError, show } from '../errors/index.js';
import { callGuest } from '../kit/index.js';
import type { Subscription } from '../events/index.js';
import type { BackgroundExtension, ExtensionHealth } from './background-extension.js';

const NAME = /^[a-z][a-z0-9-]{0,63}$/;
/** They travel with every presence of a replica, so they are small; characters of JSON. */
const LONGEST_PRESENCE = 4_000;
/** Details go out with every health body; characters of JSON. */
const LONGEST_DETAILS = 50_000;
const MOST_REASONS = 20;
const LONGEST_REASON = 500;

const RENAMED =
  'An extension tells what every replica can see of it with presence(), which was card() before';

/** What joins the workers in health and fleet. Inject it to add to it. */
export class BackgroundExtensions {
  readonly #extensions = new Map<string, BackgroundExtension>();
  readonly #addListeners: (() => void)[] = [];

  /**
   * Adds one. Returns what takes it away again.
   * @throws InvalidExtensionError, DuplicateExtensionError
   */
  add(extension: BackgroundExtension): Subscription {
    const { name } = extension;
    if (typeof name !== 'string' || !NAME.test(name)) throw new InvalidExtensionError(name);
    if (hasOldName(extension)) throw new InvalidExtensionError('card', RENAMED);
    if (this.#extensions.has(name)) throw new DuplicateExtensionError(name);
    this.#extensions.set(name, extension);
    for (const listener of this.#addListeners) callGuest(listener);
    const end = () => {
      if (this.#extensions.get(name) === extension) this.#extensions.delete(name);
    };
    return Object.assign(end, { [Symbol.dispose]: end });
  }

  /** @internal How many there are. */
  get size(): number {
    return this.#extensions.size;
  }

  /** @internal Calls back when one has been added. */
  onAdd(listener: () => void): void {
    this.#addListeners.push(listener);
  }

  /** By name. One that throws, or answers something else, is degraded: what cannot be asked cannot be trusted. */
  health(): Readonly<Record<string, ExtensionHealth>> {
    return this.#ask((extension) => asHealth(answerOf(extension.health?.())), degraded);
  }

  /** By name. One that throws says nothing, as does one whose answer is too long, or no JSON. */
  presences(): Readonly<Record<string, unknown>> {
    return this.#ask(
      (extension) => asJson(answerOf(extension.presence?.()), LONGEST_PRESENCE),
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

/** It would never be asked, and its presence would be missing without a word. */
function hasOldName(extension: BackgroundExtension): boolean {
  return 'card' in extension && extension.presence === undefined;
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

/** Nobody waits for an extension. A promise is no answer, and its rejection is nobody's but ours. */
function answerOf(answer: unknown): unknown {
  if (!isThenable(answer)) return answer;
  callGuest(() => answer);
  throw new TypeError('it answered with a promise; it must answer at once');
}

function isThenable(answer: unknown): boolean {
  return typeof (Object(answer) as { readonly then?: unknown }).then === 'function';
}

function asHealth(answer: unknown): ExtensionHealth | undefined {
  if (answer === undefined) return undefined;
  const { reasons, details } = Object(answer) as { readonly reasons?: unknown; readonly details?: unknown };
  const told = asJson(details, LONGEST_DETAILS);
  if (!Array.isArray(reasons) || !reasons.every((reason) => typeof reason === 'string'))
    throw new TypeError(`its reasons are ${show(reasons)}; expected an array of texts`);
  if (typeof told !== 'object' || told === null || Array.isArray(told))
    throw new TypeError(
      `its details are ${show(details)}; expected JSON of ${LONGEST_DETAILS} characters at most`,
    );
  return {
    reasons: reasons.slice(0, MOST_REASONS).map((reason) => cut(reason, LONGEST_REASON)),
    details: told as ExtensionHealth['details'],
  };
}

/** Whatever is no JSON is dropped, and what the extension goes on with cannot change what was told. */
function asJson(answer: unknown, longest: number): unknown {
  const text = JSON.stringify(answer) as string | undefined;
  return text === undefined || text.length > longest ? undefined : (JSON.parse(text) as unknown);
}
