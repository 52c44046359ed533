import {
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { describeError } from '../errors/index.js';
import type { Instrumentation } from '../events/index.js';

const TRACER = 'nestjs-background-services';

/** What a span is told of how its work ended. */
interface Endings<T> {
  readonly onResult?: (span: Span, result: T) => void;
  readonly onError?: (span: Span, error: unknown) => void;
}

/**
 * Spans of OpenTelemetry, for the option `instrumentation`:
 *
 * - `background.iteration <worker>`, the active span while the user's work runs
 * - `background.hand-over <key>`, from the end of a term until its lease is released, or left to expire
 * - `background.lease <operation>`, for each command to the lease store
 *
 * Each begins a trace of its own, because timers carry the context that they were set in; only a release belongs to its hand-over.
 *
 * @param tracer where they go. Default: that of the global provider, asked for at each span, so that it may be registered later
 */
export function traceBackgroundServices(tracer?: Tracer): Instrumentation {
  const within = <T>(name: string, options: SpanOptions, work: () => Promise<T>, endings: Endings<T> = {}) =>
    (tracer ?? trace.getTracer(TRACER)).startActiveSpan(name, options, async (span) => {
      const { onResult, onError = fail } = endings;
      try {
        const result = await work();
        onResult?.(span, result);
        return result;
      } catch (error) {
        onError(span, error);
        throw error;
      } finally {
        span.end();
      }
    });

  return {
    iteration({ worker, key, fencingToken, number, scheduledAt, signal }, work) {
      const attributes = {
        'background.worker': worker,
        'background.key': key,
        'background.token': fencingToken,
        'background.iteration': number,
        'background.scheduled_at': scheduledAt.toISOString(),
      };
      return within(`background.iteration ${worker}`, { root: true, attributes }, work, {
        onError: (span, error) => {
          // Work that was told to stop has not failed.
          if (signal.aborted) span.setAttribute('background.aborted', true);
          else fail(span, error);
        },
      });
    },

    handOver({ key, token, reason }, work) {
      const attributes = { 'background.key': key, 'background.token': token, 'background.reason': reason };
      return within(`background.hand-over ${key}`, { root: true, attributes }, work, {
        onResult: (span, clean) => span.setAttribute('background.drained', clean),
      });
    },

    leaseOperation(operation, keys, command) {
      const attributes = { 'background.operation': operation, 'background.keys': [...keys] };
      const options = { root: operation !== 'release', kind: SpanKind.CLIENT, attributes };
      return within(`background.lease ${operation}`, options, command, { onResult: noteUnknown });
    },
  };
}

/** A store that does not know says so in its replies, instead of throwing. */
function noteUnknown(span: Span, reply: unknown): void {
  const replies = (Array.isArray(reply) ? reply : [reply]) as readonly {
    readonly outcome?: string;
    readonly error?: unknown;
  }[];
  const unknown = replies.find(({ outcome }) => outcome === 'unknown');
  if (unknown) fail(span, unknown.error);
}

function fail(span: Span, error: unknown): void {
  const { type, message, stack } = describeError(error);
  span.recordException({ name: type, message, ...(stack === undefined ? {} : { stack }) });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
