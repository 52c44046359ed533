import type { BackgroundEvent } from './background-event.js';
import type { BackgroundEvents, Subscription } from './background-events.js';

/**
 * Emits every event on another emitter, as `background-services.elected` and so on, for `@OnEvent()` of @nestjs/event-emitter.
 * @param emitter `EventEmitter2` of @nestjs/event-emitter, or Node's
 * @param options `prefix` goes before each event's type; 'background-services.' by default
 * @returns what ends that
 */
export function bridgeEvents(
  events: Pick<BackgroundEvents, 'onAny'>,
  emitter: { emit(name: string, event: BackgroundEvent): unknown },
  { prefix = 'background-services.' }: { readonly prefix?: string } = {},
): Subscription {
  return events.onAny((event) => emitter.emit(`${prefix}${event.type}`, event));
}
