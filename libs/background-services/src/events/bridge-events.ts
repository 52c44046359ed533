import type { BackgroundEvent } from './background-event.js';
import type { BackgroundEvents, Subscription } from './background-events.js';

/** What the bridge needs of an emitter: `EventEmitter2` of @nestjs/event-emitter has it, and so has Node's. */
export interface EmitterLike {
  emit(name: string, event: BackgroundEvent): unknown;
}

export interface BridgeOptions {
  /** Goes before each event's type. @default 'background-services.' */
  readonly prefix?: string;
}

/**
 * Emits every event on another emitter, as `background-services.elected` and so on, for `@OnEvent()` of @nestjs/event-emitter. Returns what
 * ends that.
 */
export function bridgeEvents(
  events: Pick<BackgroundEvents, 'onAny'>,
  emitter: EmitterLike,
  { prefix = 'background-services.' }: BridgeOptions = {},
): Subscription {
  return events.onAny((event) => emitter.emit(`${prefix}${event.type}`, event));
}
