import type { Mutation } from './mutation.js';

const members = 'placement/fleet-members.ts';
const elector = 'leadership/elector.ts';
const mover = 'placement/mover.ts';
const placement = 'placement/placement.ts';

type PlacementMutation = Omit<Mutation, 'plans'>;

/** Of who should lead, and of how keys get there. They break no rule of leases: a fleet that is well, and is changed, shows them. */
export const placementMutations: readonly Mutation[] = (
  [
    {
      name: 'replicas that died are counted',
      file: 'lease/board/memory-members.ts',
      edits: [{ find: 'if (until <= now) this.#members.delete(other);', replace: ';' }],
      caughtBy: ['P1', 'P2', 'P4'],
    },
    {
      name: 'replicas that take nothing have a share',
      file: members,
      edits: [{ find: 'capacity: accepts ? capacity : 0', replace: 'capacity' }],
      caughtBy: ['P1', 'P2', 'P3', 'P4'],
    },
    {
      name: 'shares do not depend on the capacity',
      file: members,
      edits: [{ find: 'capacity: accepts ? capacity : 0', replace: 'capacity: accepts ? 1 : 0' }],
      caughtBy: ['P1'],
    },
    {
      name: 'cordoned replica keeps what it has',
      file: mover,
      edits: [
        {
          find: 'if (!members.hasOthers) return new Map();',
          replace: 'if (!members.hasOthers || this.context.isCordoned()) return new Map();',
        },
      ],
      caughtBy: ['P1'],
    },
    {
      name: 'cordon is told to nobody',
      file: placement,
      edits: [
        {
          find: 'return { capacity, version, closed, accepts',
          replace: 'return { capacity, version, closed: null, accepts',
        },
      ],
      caughtBy: ['P1', 'P2', 'P3', 'P4'],
    },
    {
      name: 'nobody holds back for the replica that should lead',
      file: placement,
      edits: [{ find: 'export const HOLD_BACK = 200;', replace: 'export const HOLD_BACK = 0;' }],
      caughtBy: ['P2', 'P3'],
    },
    {
      name: 'holds back for a replica until somebody does something',
      file: placement,
      edits: [{ find: 'export const HOLD_BACK = 200;', replace: 'export const HOLD_BACK = 20_000;' }],
      caughtBy: ['P4'],
    },
    {
      name: 'bounces: who hands a key over tries for it at once',
      file: elector,
      edits: [
        {
          find: "if (reason === 'rebalance' && isFree) return HEIR_TTL + 2 * EXPIRY_SPREAD;",
          replace: "if (reason === 'rebalance' && isFree) return 0;",
        },
        { find: '...(heir !== undefined && { heir: { holder: heir, ttl: HEIR_TTL } }),', replace: '' },
      ],
      caughtBy: ['P1', 'P2', 'P3'],
    },
    {
      name: 'heir does not come for what is left to it',
      file: elector,
      edits: [{ find: 'if (heir !== this.context.instanceId) return', replace: 'if (heir !== null) return' }],
      caughtBy: ['P1', 'P3', 'P4'],
    },
    {
      name: 'leases are left to nobody by replicas that leave',
      file: elector,
      edits: [
        {
          find: 'return this.#advise((placement) => placement.heirOf(this.key));',
          replace: 'return undefined;',
        },
      ],
      caughtBy: ['P2', 'P3'],
    },
    {
      name: 'hands over all that it has',
      file: 'placement/assign.ts',
      edits: [{ find: 'Math.max(0, held - (quota.get(id) ?? 0))', replace: 'held' }],
      caughtBy: ['P1', 'P2', 'P3'],
    },
    {
      name: 'moves keys before the fleet has settled, while a deployment goes on',
      file: mover,
      edits: [
        { find: 'if (isDeployment && !isCordoned()) return new Map();', replace: '' },
        { find: 'export const SETTLED = 3_000;', replace: 'export const SETTLED = 0;' },
      ],
      caughtBy: ['P3'],
      isRare: true,
    },
    {
      name: 'keys that a deployment has moved are moved again',
      file: mover,
      edits: [{ find: 'moves(a) - moves(b)', replace: 'moves(b) - moves(a)' }],
      caughtBy: ['P3'],
      isRare: true,
    },
    {
      name: 'look at the very end of a lease takes it',
      file: elector,
      edits: [{ find: 'const NEAR_END = 250;', replace: 'const NEAR_END = 0;' }],
      caughtBy: ['P2'],
      isRare: true,
    },
  ] satisfies readonly PlacementMutation[]
).map((mutation): Mutation => ({ ...mutation, plans: 'changing' }));
