import type { ServerResponse } from 'node:http';

/** Node's own response below that of Express or Fastify, which is told to leave it alone. */
export function toServerResponse(response: object): ServerResponse {
  const { raw, hijack } = response as { raw?: ServerResponse; hijack?: () => void };
  if (!raw) return response as ServerResponse;
  hijack?.call(response);
  return raw;
}
