import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onCleanUp } from './deferred-cleanup.js';
import { ensureOpenssl } from './find-openssl.js';

const run = promisify(execFile);

/** The files of a server on 127.0.0.1. */
export interface ServerCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/** An authority of the test's own that nobody else trusts, with one server's certificate. Its files end with the test. */
export class TlsAuthority {
  private constructor(
    /** The authority's certificate, PEM: what a client needs to trust the server. */
    readonly ca: string,
    readonly server: ServerCertificate,
  ) {}

  static async create(): Promise<TlsAuthority> {
    const openssl = await ensureOpenssl();
    const folder = await mkdtemp(join(tmpdir(), 'tls-'));
    onCleanUp(() => rm(folder, { recursive: true, force: true }));
    const at = (name: string) => join(folder, name);
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    await run(openssl, [
      ...['req', '-x509', ...key, '-days', '2', '-subj', '/CN=Test authority'],
      ...['-keyout', at('ca.key'), '-out', at('ca.crt')],
    ]);
    await run(openssl, [
      ...['req', ...key, '-subj', '/CN=127.0.0.1', '-keyout', at('server.key'), '-out', at('server.csr')],
    ]);
    await writeFile(at('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    await run(openssl, [
      ...['x509', '-req', '-in', at('server.csr'), '-CA', at('ca.crt'), '-CAkey', at('ca.key')],
      ...['-CAcreateserial', '-days', '2', '-extfile', at('names'), '-out', at('server.crt')],
    ]);
    const server = { certFile: at('server.crt'), keyFile: at('server.key'), caFile: at('ca.crt') };
    return new TlsAuthority(await readFile(server.caFile, 'utf8'), server);
  }
}
