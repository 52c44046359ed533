import { v7, validate, version } from 'uuid';

/** Makes ids: UUIDs of version 7, which begin with their time, so that they sort by it. */
export function newJobId(now: number, random: () => number): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
  return v7({ msecs: now, random: bytes, seq: Math.floor(random() * 2 ** 31) });
}

/** A UUID of any version, however it is written. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && validate(text);
}

export function isJobId(text: unknown): text is string {
  return isUuid(text) && version(text) === 7;
}

/** When a job was created, from its id alone, ms since the epoch. */
export function timeOfJobId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
