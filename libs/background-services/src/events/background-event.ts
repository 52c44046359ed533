import type { BackgroundEventMap } from './background-event-map.js';

/** The events of this package and of those beside it, which add theirs to `BackgroundEventMap`. */
export type BackgroundEventType = keyof BackgroundEventMap;

/** An event as it is told, before when and where are added. */
export type Untold<Type extends BackgroundEventType = BackgroundEventType> = {
  readonly [T in Type]: { readonly type: T } & BackgroundEventMap[T];
}[Type];

/** What is known of every event. */
interface EventOrigin {
  /** By this replica's wall clock. */
  readonly at: Date;
  /** The replica it happened on. */
  readonly instanceId: string;
}

/** Something that happened on this replica; `type` tells them apart. */
export type BackgroundEvent<Type extends BackgroundEventType = BackgroundEventType> = {
  readonly [T in Type]: { readonly type: T } & BackgroundEventMap[T] & EventOrigin;
}[Type];
