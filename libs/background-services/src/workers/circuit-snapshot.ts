import type { CircuitSnapshot } from './circuit-breaker.js';

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

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
