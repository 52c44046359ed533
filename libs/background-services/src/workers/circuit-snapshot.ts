import type { CircuitSnapshot } from './circuit-breaker.js';

/** Ledger field of a worker's circuit breaker. */
export function circuitField(worker: string): string {
  return `breaker:${worker}`;
}

/** Reads a snapshot from the ledger; what is not one (it lives in a store that others can write to) reads as none. */
export function decodeCircuitSnapshot(text: string | undefined): CircuitSnapshot | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null;
    switch (value?.state) {
      case 'closed':
        return isCount(value.failures) ? { state: 'closed', failures: value.failures } : undefined;
      case 'open':
        return isInstant(value.retryAt) ? { state: 'open', retryAt: value.retryAt } : undefined;
      case 'forced-open':
      case 'disabled':
        return { state: value.state };
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** Up to the largest time that a Date can hold. */
function isInstant(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8.64e15;
}
