import { callGuest } from '../kit/index.js';
import type { BackgroundEvent, BackgroundEventType, Untold } from './background-event.js';
import type { EventSink } from './event-sink.js';

/** May be async: a rejection is contained like an error. */
export type BackgroundEventListener<Type extends BackgroundEventType = BackgroundEventType> = (
  event: BackgroundEvent<Type>,
) => unknown;

/** Ends a subscription when it is called, or at the end of a `using` block. */
export interface Subscription extends Disposable {
  (): void;
}

export interface BackgroundEventsContext {
  readonly instanceId: string;
  /** Wall time, ms since the epoch. */
  readonly now: () => number;
  /** Told of the first error of a listener of each type. */
  readonly onListenerError: (type: BackgroundEventType, error: unknown) => void;
}

type AnyListener = (event: BackgroundEvent) => unknown;

/**
 * What happens on this replica, for listeners in the app. Inject it.
 *
 * Listeners are called at once and in the order of their subscription; what they throw or reject with is contained, and logged once a type.
 * A listener that takes long holds up what it listens to: hand the event on and return.
 */
export class BackgroundEvents implements EventSink {
  // Lists are replaced, never changed: one that is being gone through stays as it is.
  readonly #listeners = new Map<BackgroundEventType, readonly AnyListener[]>();
  #ofAll: readonly AnyListener[] = [];
  readonly #failed = new Set<BackgroundEventType>();

  /** @internal Made by the module. */
  constructor(private readonly context: BackgroundEventsContext) {}

  /** Calls `listener` for every event of this type. Returns what ends that. */
  on<Type extends BackgroundEventType>(type: Type, listener: BackgroundEventListener<Type>): Subscription {
    // It is only ever called with events of its type.
    const own = listener as unknown as AnyListener;
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), own]);
    return once(() => {
      const left = without(this.#listeners.get(type) ?? [], own);
      if (left.length > 0) this.#listeners.set(type, left);
      else this.#listeners.delete(type);
    });
  }

  /** Calls `listener` for every event, after those of its type. Returns what ends that. */
  onAny(listener: BackgroundEventListener): Subscription {
    this.#ofAll = [...this.#ofAll, listener];
    return once(() => (this.#ofAll = without(this.#ofAll, listener)));
  }

  /** Whether anybody listens to events of this type. */
  hears(type: BackgroundEventType): boolean {
    return this.#ofAll.length > 0 || this.#listeners.has(type);
  }

  /** Adds when and where, and tells whoever listens. For the library's own packages. */
  emit(event: Untold): void {
    if (!this.hears(event.type)) return;
    const { instanceId, now } = this.context;
    const told = { ...event, at: new Date(now()), instanceId } as BackgroundEvent;
    for (const listener of this.#listeners.get(event.type) ?? []) this.#tell(listener, told);
    for (const listener of this.#ofAll) this.#tell(listener, told);
  }

  #tell(listener: AnyListener, event: BackgroundEvent): void {
    callGuest(
      () => listener(event),
      (error) => this.#contain(event.type, error),
    );
  }

  #contain(type: BackgroundEventType, error: unknown): void {
    if (this.#failed.has(type)) return;
    this.#failed.add(type);
    this.context.onListenerError(type, error);
  }
}

/** Removes one occurrence: the same function may listen twice. */
function without(listeners: readonly AnyListener[], listener: AnyListener): readonly AnyListener[] {
  const index = listeners.indexOf(listener);
  return index < 0 ? listeners : listeners.toSpliced(index, 1);
}

function once(end: () => void): Subscription {
  let pending: (() => void) | undefined = end;
  const unsubscribe = () => {
    pending?.();
    pending = undefined;
  };
  return Object.assign(unsubscribe, { [Symbol.dispose]: unsubscribe });
}
