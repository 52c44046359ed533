import type { BackgroundEventType, Untold } from './background-event.js';

/** Where leadership and workers put their events. Never throws. */
export interface EventSink {
  /** Whether anybody listens to events of this type: where they are frequent, ask before one is made. */
  hears(type: BackgroundEventType): boolean;
  emit(event: Untold): void;
}
