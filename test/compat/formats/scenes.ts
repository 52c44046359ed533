import { RedisServer } from '../../support/redis-server.js';

const FOLDER = 'test/compat/formats';

/** Specs as an app has them, of each library: with the globals of jest or vitest, and nothing set for the sake of the library. */
export const SPECS = fromHere(
  'specs',
  ['services', 'jobs', 'dashboard', 'redlock'],
  (name) => `${name}.spec.ts`,
);

/** An app, one part of which is CommonJS, and one an ES module. */
export const MIXED_APP = fromHere('mixed', ['main.cts', 'part.mts'], (name) => name);

/** What uses every entry of every library, to be compiled. */
export const USES = { 'src/uses.ts': { from: `${FOLDER}/uses.ts` } };

/** Files by their place in an app's room. */
function fromHere(folder: string, names: readonly string[], toFile: (name: string) => string) {
  return Object.fromEntries(
    names.map((name) => [`src/${toFile(name)}`, { from: `${FOLDER}/${folder}/${toFile(name)}` }]),
  );
}

/** What the libraries are used with, whichever Nest it is. */
export const COMMON = {
  '@opentelemetry/api': '^1.9.0',
  bullmq: '^6.0.0',
  'prom-client': '^15.0.0',
  'reflect-metadata': '^0.2.0',
  rxjs: '^7.8.0',
};

/** The options of `nest new` of Nest 11. */
export const COMPILER_OPTIONS = {
  ...{ module: 'nodenext', moduleResolution: 'nodenext', resolvePackageJsonExports: true },
  ...{ esModuleInterop: true, isolatedModules: true, declaration: true, removeComments: true },
  ...{ emitDecoratorMetadata: true, experimentalDecorators: true, allowSyntheticDefaultImports: true },
  ...{ target: 'ES2023', sourceMap: true, outDir: './dist', skipLibCheck: true, strictNullChecks: true },
  ...{ forceConsistentCasingInFileNames: true, noImplicitAny: false, strictBindCallApply: false },
};

export const tsconfig = (options: object = {}): string =>
  JSON.stringify({ compilerOptions: { ...COMPILER_OPTIONS, ...options }, include: ['src'] });

/** What @swc/jest and swc's builder need to know of decorators. */
export const SWC = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
};

/** Starts the servers that the scenes talk to. */
export async function startServers(): Promise<{ readonly REDIS_URL: string; readonly REDIS_NODES: string }> {
  const servers = await Promise.all([RedisServer.start(), RedisServer.start(), RedisServer.start()]);
  const urls = servers.map(({ url }) => url);
  return { REDIS_URL: urls[0]!, REDIS_NODES: urls.join(',') };
}
