import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** The top level of the repository. */
export const repository = fileURLToPath(new URL('../../', import.meta.url));

export const readSource = (path: string): Promise<string> => readFile(join(repository, path), 'utf8');

/** The parts of a Compose service that the tests look at. */
export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly deploy?: { readonly replicas: number };
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly stop_grace_period?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export async function readCompose(): Promise<ComposeFile> {
  return parse(await readSource('docker-compose.yml')) as ComposeFile;
}

/** `${NAME:-default}` as Compose fills it in where NAME is not set. */
export function withDefaults(value: string | number): string {
  return String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1');
}

/** The addresses in nginx's upstream blocks: `{ host: 'app', port: 3000 }`. */
export function upstreamServers(nginxConf: string): { host: string; port: number }[] {
  return [...nginxConf.matchAll(/^\s*server\s+([\w.-]+):(\d+)[^;{]*;/gm)].map(([, host, port]) => ({
    host: host!,
    port: Number(port),
  }));
}

/** The path of a URL of the container itself in a health check's command. */
export function healthcheckPath(command: readonly string[]): string | undefined {
  return /http:\/\/127\.0\.0\.1(?::[^/]+)?(\/[\w/-]*)/.exec(command.join(' '))?.[1];
}
