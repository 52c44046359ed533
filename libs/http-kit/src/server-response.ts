import type { ServerResponse } from 'node:http';

/** Node's own response beneath that of Express or Fastify. */
export function nodeResponse(response: object): ServerResponse {
  return (response as { readonly raw?: ServerResponse }).raw ?? (response as ServerResponse);
}

/** The same, and Fastify is told to leave it alone. */
export function toServerResponse(response: object): ServerResponse {
  const { raw, hijack } = response as { raw?: ServerResponse; hijack?: () => void };
  if (raw) hijack?.call(response);
  return nodeResponse(response);
}
