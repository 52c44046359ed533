export { Placement, type PlacementContext, type PlacementStatus } from './placement.js';
export type { PlacementRule } from './units.js';
