import type { BackgroundServicesOptions } from 'nestjs-background-services';

export interface HeartbeatSettings {
  readonly redis: string;
  readonly heartbeat: NonNullable<BackgroundServicesOptions['heartbeat']>;
}

export interface HeartbeatEvent {
  readonly event: 'leading';
  /** From before the app was made to the first iteration, ms. */
  readonly leadingAfter: number;
  /** Resident memory that came with the app. */
  readonly megabytes: number;
}
