import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** The package folder of this build. */
export const THIS_BUILD = resolve('libs/background-services');

/**
 * The package folder of another build, e.g. of an older commit, which is measured beside this one in the same run. It lies inside this
 * repository, e.g. in `.cache`, so that both find the same Nest.
 */
export const OTHER_BUILD = process.env['BENCH_OTHER_BUILD'] && resolve(process.env['BENCH_OTHER_BUILD']);

/** The file of a build that `import 'nestjs-background-services'` loads. */
export function mainFile(build: string): string {
  return createRequire(join(build, 'package.json')).resolve('nestjs-background-services');
}

/** The file of a build that `import 'nestjs-background-services/fleet'` loads. */
export function fleetFile(build: string): string {
  return createRequire(join(build, 'package.json')).resolve('nestjs-background-services/fleet');
}
