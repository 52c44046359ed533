import { resolve } from 'node:path';
import { startProcess, type StartedProcess } from '../../support/processes.js';
import type { DashboardReplicaEvent, DashboardReplicaSettings } from './settings.js';

/** A replica that runs in a process of its own, with its page. */
export interface DashboardReplica {
  readonly process: StartedProcess;
  readonly instance: string;
  readonly url: string;
}

export async function startReplica(settings: DashboardReplicaSettings): Promise<DashboardReplica> {
  const program = ['--import', resolve('test/support/typescript.mjs'), resolve('test/e2e/dashboard/main.ts')];
  const process = await startProcess(globalThis.process.execPath, program, {
    env: { REPLICA: JSON.stringify(settings), NO_COLOR: '1' },
  });
  const [line] = await process.waitForLine(/^\{"event":"up".*/, 60_000);
  const { instance, url } = JSON.parse(line) as DashboardReplicaEvent;
  return { process, instance, url };
}
