export { decodeFlag } from './fleet-flag.js';
export { CommandHandler } from './command-handler.js';
export {
  type ControlAction,
  type ControlReason,
  type ControlRequest,
  type ControlRecord,
  type ControlResult,
  type ExtensionAction,
  type WorkerRequest,
} from './control-command.js';
export { FleetControl } from './fleet-control.js';
export { PresencePublisher } from './presence-publisher.js';
export { FleetStatus } from './fleet-status.js';
export type * from './fleet-view.js';
export type { ReplicaPresence } from './replica-presence.js';
export { FleetAgent } from './fleet-agent.js';
export { EventLoopLag } from './event-loop-lag.js';
