import type { LeaseStoreContext, LeaseStore } from 'nestjs-background-services/store';
import { redlockStore, type ThreadSettings } from './redlock-store.js';

/** What a heartbeat thread calls, which loads this file alone. */
export function openStore(settings: unknown, context: LeaseStoreContext): LeaseStore | Promise<LeaseStore> {
  const { nodes, commandTimeout } = settings as ThreadSettings;
  return redlockStore(nodes, commandTimeout === undefined ? {} : { commandTimeout })(context);
}
