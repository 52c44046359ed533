const SCHEME = /^rediss?:\/\//;

/** What was expected instead of a text that says where Redis is; `undefined`: nothing is wrong with it. */
export function expectedOfRedisUrl(text: string): string | undefined {
  if (text.startsWith('/') && !text.startsWith('//')) return undefined;
  if (text === '' || (/^[^/?@]*:\/\//.test(text) && !SCHEME.test(text))) return URL_EXPECTED;
  const parsed = parse(text);
  // What is left of a password is anywhere but where a password is.
  const isCut = text.includes('@') && (parsed === undefined || !hasCredentials(parsed) || hasRemains(parsed));
  if (isCut || /\s/.test(text) || /%(?![\da-f]{2})/i.test(text))
    return text.includes('@') ? ENCODED : URL_EXPECTED;
  if (parsed === undefined) return URL_EXPECTED;
  // "redis://${undefined}:6379": where there is no host, ioredis takes localhost.
  if (['', 'undefined', 'null'].includes(parsed.hostname)) return HOST;
  if (parsed.port === '0') return URL_EXPECTED;
  if (parsed.hash !== '') return `${URL_EXPECTED} without "#"`;
  if (SCHEME.test(text) && !/^\/?\d*$/.test(parsed.pathname)) return DATABASE;
  // ioredis takes the path of "host:6379/2" for that of a socket.
  if (!SCHEME.test(text) && parsed.pathname.length > 1) return URL_EXPECTED;
  return undefined;
}

/** A URL that any client of Redis reads, of what ioredis takes as an address too. A path of a socket stays as it is. */
export function asRedisUrl(text: string): string {
  if (text.includes('://') || text.startsWith('/')) return text;
  return /^\d+$/.test(text) ? `redis://localhost:${text}` : `redis://${text}`;
}

const URL_EXPECTED = 'a redis:// or rediss:// URL';
const HOST = `${URL_EXPECTED} with a host: is an environment variable empty?`;
const DATABASE = `${URL_EXPECTED} whose path is the number of a database`;
const ENCODED =
  'a redis:// or rediss:// URL whose user name and password are percent-encoded, as encodeURIComponent() does: ' +
  '"#" is %23, "/" is %2F, "?" is %3F, "%" is %25, ":" is %3A, a space is %20. ' +
  'Or give the password apart, as redis: { host, port, password }';

function parse(text: string): URL | undefined {
  const url = asRedisUrl(text);
  return URL.canParse(url) ? new URL(url) : undefined;
}

function hasCredentials({ username, password, searchParams }: URL): boolean {
  return username !== '' || password !== '' || searchParams.has('password') || searchParams.has('username');
}

/** An unencoded "/", "?" or "#" ends the authority, and what follows it carries the "@". */
function hasRemains({ pathname, hash, search, searchParams }: URL): boolean {
  if (pathname.includes('@') || hash.includes('@')) return true;
  return search.includes('@') && !searchParams.has('password') && !searchParams.has('username');
}
