import { html } from 'htm/preact';
import { type ComponentChildren, h } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { AccessBody } from '../src/index.js';
import { readAccess, readAudit, readJobs, STREAM } from './api.js';
import { Audit, type AuditState } from './components/audit.js';
import { Banner } from './components/banner.js';
import { Controls } from './components/controls.js';
import { Errors } from './components/errors.js';
import { Jobs, type JobsState } from './components/jobs.js';
import { Leadership } from './components/leadership.js';
import { Workers } from './components/workers.js';
import { showMoment } from './format.js';
import { listen, type Live } from './live-fleet.js';
import { Rates } from './rates.js';
import { Palette } from './time-line.js';
import { judge } from './verdict.js';
import type { View } from './wire.js';

/** Other operators act, too: the audit list is looked at again so often, ms. */
const AUDIT_AGAIN = 15_000;
/** Jobs get on between two changes of the fleet, ms. */
const JOBS_AGAIN = 2_000;

export function App(): ComponentChildren {
  const rates = useMemo(() => new Rates(), []);
  const palette = useMemo(() => new Palette(), []);
  const [live, setLive] = useState<Live>({ kind: 'connecting' });
  const tick = useTick();
  useEffect(
    () =>
      listen(STREAM, (next) => {
        if (next.kind === 'live') rates.observe(next.view);
        setLive(next);
      }),
    [rates],
  );
  const access = useAccess(live.kind);
  const { audit, refresh } = useAudit(live);
  const jobs = useJobs(live.kind === 'live' && access?.jobs === true);
  const view = live.kind === 'connecting' ? undefined : live.view;
  const now = tick + (live.kind === 'connecting' ? 0 : live.offset);

  return html`<header>
      <h1>Background workers</h1>
      <p class="quiet">
        ${view && `${live.kind === 'live' && view.current ? 'Live' : 'Last known'}, as of ${showMoment(Date.parse(view.asOf))}, asked of ${view.askedOf}`}
      </p>
    </header>
    <main class=${isCurrent(live) ? '' : 'old'}>
      ${h(Banner, { verdict: judge(live) })}
      ${
        view && [
          h(Workers, { view, rates, palette, now }),
          access?.jobs &&
            h(Jobs, {
              ...{ state: jobs.state, view, access, palette, now },
              onActed: () => {
                jobs.refresh();
                refresh();
              },
            }),
          h(Leadership, { keys: view.keys, replicas: view.replicas, palette, now }),
          h(Errors, { view, now }),
          h(Audit, { audit, now }),
          h(Controls, {
            workers: view.workers,
            keys: view.keys,
            replicas: view.replicas,
            access,
            onActed: refresh,
          }),
        ]
      }
    </main>`;
}

function isCurrent(live: Live): boolean {
  return live.kind === 'live' && live.view.current;
}

/** The browser's time, every second. */
function useTick(): number {
  const [tick, setTick] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setTick(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return tick;
}

/** Asked again with every new connection: rights change. */
function useAccess(connection: Live['kind']): AccessBody | undefined {
  const [access, setAccess] = useState<AccessBody>();
  useEffect(() => {
    if (connection === 'live') void readAccess().then(setAccess, () => setAccess(undefined));
  }, [connection]);
  return access;
}

function useAudit(live: Live): { readonly audit: AuditState; readonly refresh: () => void } {
  const [audit, setAudit] = useState<AuditState>({ kind: 'loading' });
  const refresh = useCallback(() => {
    void readAudit().then(
      (records) => setAudit({ kind: 'loaded', records }),
      (error: unknown) =>
        setAudit({ kind: 'failed', message: `The audit list cannot be read. ${String(error)}` }),
    );
  }, []);
  const orders = live.kind === 'live' ? ordersOf(live.view) : undefined;
  useEffect(() => {
    if (orders === undefined) return undefined;
    refresh();
    const timer = setInterval(refresh, AUDIT_AGAIN);
    return () => clearInterval(timer);
  }, [orders, refresh]);
  return { audit, refresh };
}

function useJobs(isOn: boolean): { readonly state: JobsState; readonly refresh: () => void } {
  const [state, setState] = useState<JobsState>({ kind: 'loading' });
  const refresh = useCallback(() => {
    void readJobs().then(
      (jobs) => setState({ kind: 'loaded', jobs }),
      (error: unknown) => setState({ kind: 'failed', message: `Jobs cannot be read. ${String(error)}` }),
    );
  }, []);
  useEffect(() => {
    if (!isOn) return undefined;
    refresh();
    const timer = setInterval(refresh, JOBS_AGAIN);
    return () => clearInterval(timer);
  }, [isOn, refresh]);
  return { state, refresh };
}

/** What operators have changed, as the view shows it. */
function ordersOf({ workers, keys }: View): string {
  return JSON.stringify([
    workers.map(({ paused, circuitBreaker }) => [paused, circuitBreaker.state]),
    keys.map(({ token, disabled }) => [token, disabled]),
  ]);
}
