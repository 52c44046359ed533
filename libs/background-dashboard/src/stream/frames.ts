import type { FleetView } from 'nestjs-background-services/fleet';

/** Of `event: pulse` in the stream, which says that nothing has changed. */
export interface PulseBody {
  readonly asOf: Date;
}

/** A view as an event. JSON has no line ends of its own, which would end the field. */
export function viewFrame(view: FleetView): string {
  return `event: fleet\ndata: ${JSON.stringify(view)}\n\n`;
}

/** Nothing has changed: a comment for whatever lies between, and an event for the page, which is not told of comments. */
export function pulseFrame({ asOf }: FleetView): string {
  return `: heartbeat\nevent: pulse\ndata: ${JSON.stringify({ asOf } satisfies PulseBody)}\n\n`;
}

/** What a view says, without what changes as time goes by. */
export function contentOf({ asOf: _asOf, ...view }: FleetView): string {
  const replicas = view.replicas.map(
    ({ uptime: _uptime, eventLoopLag: _eventLoopLag, ...replica }) => replica,
  );
  const keys = view.keys.map(({ ttl: _ttl, ...key }) => key);
  return JSON.stringify({ ...view, replicas, keys });
}
