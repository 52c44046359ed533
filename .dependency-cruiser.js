/**
 * Who may import whom, types included: `npm run check:imports`. There is no circle, of files or of rooms; a room imports lower floors only; and
 * a package imports others by their names only, so that all it sees is what they export.
 *
 * Every room of `src` has its floor here: a folder or file that is new, or gone, is an error until it is written down.
 */
import { readdirSync } from 'node:fs';

/** Lowest first. Rooms of one floor know nothing of each other. A room is a folder, or a file that lies beside the folders. */
const floors = {
  'libs/background-services/src': [
    ['kit'],
    ['errors'],
    ['schema'],
    ['redis'],
    ['logs'],
    ['events'],
    ['extensions'],
    ['lease'],
    ['leadership'],
    ['placement'],
    ['workers'],
    ['discovery'],
    ['manager'],
    ['fleet'],
    ['health'],
    ['metrics', 'tracing', 'cli', 'decorators'],
    ['options'],
    ['module'],
    ['testing'],
    ['index.ts', 'entries'],
  ],
  'libs/background-redlock/src': [
    ['redis-parts.ts'],
    ['node'],
    ['check-command-timeout.ts', 'check-nodes.ts', 'vote'],
    ['ledger', 'board'],
    ['redlock-lease-store.ts'],
    ['redlock-store.ts'],
    ['store-thread.ts', 'index.ts'],
  ],
  'libs/background-jobs/src': [
    ['errors', 'tokens.ts'],
    ['model'],
    ['store'],
    ['options', 'decorators'],
    ['engine', 'execution'],
    ['service'],
    ['operation', 'http'],
    ['client'],
    ['lifecycle.ts', 'registration.ts', 'background-jobs-core.module.ts'],
    ['background-jobs.module.ts'],
    ['index.ts'],
    ['metrics'],
  ],
  'libs/background-dashboard/src': [
    ['errors.ts', 'tokens.ts', 'openapi'],
    ['options'],
    ['request'],
    ['jobs', 'stream', 'page', 'mount.ts', 'module-definition.ts'],
    ['api'],
    ['background-dashboard.module.ts'],
    ['index.ts'],
  ],
  src: [
    ['config'],
    ['http', 'security', 'iteration-log', 'market'],
    ['database'],
    ['aggregation', 'portfolio', 'ticker', 'options-history'],
    ['seed'],
    ['app.module.ts', 'explain-start-error.ts'],
    ['main.ts', 'seed.ts'],
  ],
};

/** Of tests: they may look into any room. */
const specs = String.raw`\.spec\.ts$|/spec-support/`;
const byName = ['aliased-tsconfig-paths'];
/** The rooms of the heart that the HTTP kit is made of, besides its own. It lies on them, below all others, and is bundled with them. */
const belowKit = '^libs/background-services/src/(kit|errors|schema|redis|logs)/';

const redisParts = 'libs/background-redlock/src/redis-parts.ts';

const rooms = Object.entries(floors).flatMap(([source, listed]) => {
  checkNames(source, listed.flat());
  return listed.flatMap((floor, level) =>
    floor.map((room) => ({
      name: `floors of ${source}`,
      comment: `"${room}" may import lower floors only: ${listed.slice(0, level).flat().join(' < ') || 'none'}.`,
      severity: 'error',
      from: { path: pathOf(source, room), pathNot: specs },
      to: {
        path: `^${source}/`,
        pathNot: [
          pathOf(source, room),
          ...listed
            .slice(0, level)
            .flat()
            .map((lower) => pathOf(source, lower)),
        ],
      },
    })),
  );
});

function pathOf(source, room) {
  return room.endsWith('.ts') ? `^${source}/${room}$` : `^${source}/${room}/`;
}

function checkNames(source, listed) {
  const found = readdirSync(source).filter((name) => name !== 'spec-support' && !name.endsWith('.spec.ts'));
  const unknown = found.filter((name) => !listed.includes(name));
  const gone = listed.filter((name) => !found.includes(name));
  if (unknown.length + gone.length > 0)
    throw new Error(
      `.dependency-cruiser.js: ${source} has no floor for ${unknown.join(', ') || 'nothing new'}, and names ${gone.join(', ') || 'nothing'} that is gone.`,
    );
}

export default {
  forbidden: [
    {
      name: 'no circle of files',
      comment: 'Move what both need into a file of its own, below them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...rooms,
    {
      name: 'packages by their names',
      comment: 'What a package exports is all there is of it for the others.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: [specs, '^libs/http-kit/', `^${redisParts}$`] },
      to: { path: '^(libs|src)/', pathNot: '^libs/$1/', dependencyTypesNot: byName },
    },
    {
      name: 'what the quorum store takes in',
      comment: 'The parts of the store on one Redis are bundled into the one on several: they are no API.',
      severity: 'error',
      from: { path: `^${redisParts}$` },
      to: { path: '^libs/', pathNot: '^libs/background-services/src/(errors|kit|lease/redis)/index.ts$' },
    },
    {
      name: 'the heart stands alone',
      severity: 'error',
      from: { path: '^libs/background-services/', pathNot: specs },
      to: { path: '^(libs|src)/', pathNot: ['^libs/background-services/', '^libs/http-kit/'] },
    },
    {
      name: 'floor of the HTTP kit',
      comment: 'It lies on the rooms kit, errors, redis and logs of the heart, and below all others.',
      severity: 'error',
      from: { path: '^libs/http-kit/' },
      to: { path: '^(libs|src)/', pathNot: ['^libs/http-kit/', belowKit] },
    },
    {
      name: 'below the HTTP kit',
      severity: 'error',
      from: { path: [belowKit, '^libs/background-services/src/events/'] },
      to: { path: '^libs/http-kit/' },
    },
    {
      name: 'hosts use public names',
      comment:
        'The app, and tests of whole apps, import the libraries by their names, as users do. The HTTP kit is never published.',
      severity: 'error',
      // The simulation plays the heart without the app around it, and plants defects in its sources.
      from: { path: '^(src|test)/', pathNot: '^test/simulate/' },
      to: { path: '^libs/[^/]+/src/', pathNot: '^libs/http-kit/', dependencyTypesNot: byName },
    },
    {
      name: 'the HTTP kit belongs to the libraries',
      severity: 'error',
      from: { path: '^(src|test)/' },
      to: { path: '^libs/http-kit/' },
    },
    {
      name: 'no tests in what is shipped',
      severity: 'error',
      from: { path: '^(libs|src)/', pathNot: specs },
      to: { path: [specs, '^test/'] },
    },
    {
      name: 'no orphans',
      comment: 'Nobody imports it, and it imports nothing: is it still needed?',
      severity: 'error',
      from: { orphan: true, path: '^(libs|src)/', pathNot: String.raw`\.(mjs|d\.ts)$` },
      to: {},
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^(libs|src)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: String.raw`^(libs/[^/]+/dist|dist)/|^test/compat/neighbours/apps/` },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
