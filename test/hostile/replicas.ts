import { resolve } from 'node:path';
import { type Line, startProcess, type StartedProcess } from '../support/processes.js';
import type { HostileReplicaEvent, HostileReplicaSettings } from './replica/settings.js';
import type { Terms } from './terms.js';

/** How long a process may take to boot on a busy machine, ms. */
const BOOT_TIMEOUT = 120_000;

const PROGRAM = ['--import', resolve('test/support/typescript.mjs'), resolve('test/hostile/replica/main.ts')];

/** A replica in a process of its own. */
export interface Replica {
  readonly process: StartedProcess;
  readonly instance: string;
  /** Of its HTTP server. */
  readonly url: string;
}

/** What the replicas said, all together. */
export interface Heard {
  readonly terms: Terms;
  /** Lines of the log, and of Node itself. */
  readonly lines: { readonly replica: string; readonly text: string; readonly at: number }[];
  readonly unhandled: string[];
}

export async function startReplica(settings: HostileReplicaSettings, heard: Heard): Promise<Replica> {
  const { instanceId: replica } = settings;
  const process = await startProcess(globalThis.process.execPath, PROGRAM, {
    env: { REPLICA: JSON.stringify(settings), NO_COLOR: '1' },
    onLine: (line) => take(replica, line, heard),
    // It is counted, and the run goes on.
    mayFail: true,
  });
  const [line] = await process.waitForLine(/^\{"event":"up".*/, BOOT_TIMEOUT);
  const { instance, url } = JSON.parse(line) as Extract<HostileReplicaEvent, { event: 'up' }>;
  return { process, instance, url };
}

function take(replica: string, { text, at }: Line, { terms, lines, unhandled }: Heard): void {
  if (!text.startsWith('{"event":')) {
    lines.push({ replica, text, at });
    return;
  }
  const event = JSON.parse(text) as HostileReplicaEvent;
  if (event.event === 'unhandled') unhandled.push(`${replica}: ${event.origin}: ${event.error}`);
  else if (event.event !== 'up') terms.take(replica, event);
}
