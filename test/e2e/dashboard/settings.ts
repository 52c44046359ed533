/** What a replica with a dashboard is told, as JSON in the environment variable REPLICA. */
export interface DashboardReplicaSettings {
  readonly redis: string;
  /** Of leases, ms. */
  readonly ttl: number;
  readonly instanceId: string;
  /** Whether it has the hostile worker. */
  readonly hostile: boolean;
}

/** What it says on stdout, as JSON. */
export interface DashboardReplicaEvent {
  readonly event: 'up';
  readonly instance: string;
  /** Of the page. */
  readonly url: string;
}

/** A worker by somebody who means harm to whoever looks at it. */
export const HOSTILE = {
  name: '"><img src=x onerror=window.harmed=1>',
  key: "'></script><script>window.harmed=2</script>",
  message:
    '<svg onload=window.harmed=3>${window.harmed=4} javascript:window.harmed=5 </textarea><style>*{display:none}',
};
