import type { View } from './wire.js';

/** What is known of the fleet, and how well. */
export type Live =
  /** Nothing yet. */
  | { readonly kind: 'connecting' }
  /** The stream brings news; `offset` is by how much the replica's clock is ahead of the browser's, ms. */
  | { readonly kind: 'live'; readonly view: View; readonly offset: number }
  /** The stream was cut at `since`, of the browser's clock; this is what it brought last. */
  | {
      readonly kind: 'cut';
      readonly since: number;
      readonly view: View | undefined;
      readonly offset: number;
    };

/** The stream tells every five seconds that it is alive; a connection that is silent for longer is dead without knowing it, ms. */
const SILENCE = 12_000;
/** After an answer that is no stream (signed out, no replica left) the browser does not try again by itself, ms. */
const RETRY = 2_000;

/** Listens to the stream for ever. Returns the way to stop. */
export function listen(url: string, tell: (live: Live) => void): () => void {
  let live: Live = { kind: 'connecting' };
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const become = (next: Live) => {
    live = next;
    tell(live);
  };
  const cut = () => {
    if (live.kind === 'cut') return;
    const { view, offset } = live.kind === 'live' ? live : { view: undefined, offset: 0 };
    become({ kind: 'cut', since: Date.now(), view, offset });
  };
  const expect = () => {
    clearTimeout(timer);
    timer = setTimeout(reopen, SILENCE);
  };
  const hear = (view: View) => {
    expect();
    const offset = live.kind === 'connecting' ? 0 : live.offset;
    become({ kind: 'live', view, offset: view.current ? Date.parse(view.asOf) - Date.now() : offset });
  };

  function reopen(): void {
    cut();
    source?.close();
    open();
  }

  function open(): void {
    const opened = new EventSource(url);
    source = opened;
    expect();
    opened.addEventListener('fleet', ({ data }: MessageEvent<string>) => hear(JSON.parse(data) as View));
    opened.addEventListener('pulse', ({ data }: MessageEvent<string>) => {
      const { asOf } = JSON.parse(data) as Pick<View, 'asOf'>;
      if (live.kind === 'live') hear({ ...live.view, asOf });
    });
    opened.addEventListener('error', () => {
      cut();
      if (opened.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = setTimeout(reopen, RETRY);
    });
  }

  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
