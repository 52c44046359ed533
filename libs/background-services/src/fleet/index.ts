export { decodeOrder } from './assemble-view.js';
export { ControlDesk } from './control-desk.js';
export {
  type ControlAction,
  type ControlReason,
  type ControlRequest,
  type ControlRecord,
  type ControlResult,
  type ExtensionAction,
  type WorkerRequest,
} from './control-orders.js';
export { FleetControl } from './fleet-control.js';
export { FleetPublisher } from './fleet-publisher.js';
export { FleetStatus } from './fleet-status.js';
export type * from './fleet-view.js';
export type { ReplicaCard } from './replica-card.js';
export { FleetAgent } from './fleet-agent.js';
export { EventLoopLag } from './event-loop-lag.js';
