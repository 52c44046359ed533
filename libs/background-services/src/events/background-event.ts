import type { BackgroundEventMap, EventOrigin } from './background-event-map.js';

export type BackgroundEventType = keyof BackgroundEventMap;

/** An event as it is told, before when and where are added. */
export type Untold<Type extends BackgroundEventType = BackgroundEventType> = {
  readonly [T in Type]: { readonly type: T } & BackgroundEventMap[T];
}[Type];

/** Something that happened on this replica; `type` tells them apart. */
export type BackgroundEvent<Type extends BackgroundEventType = BackgroundEventType> = {
  readonly [T in Type]: { readonly type: T } & BackgroundEventMap[T] & EventOrigin;
}[Type];
