import type { WorkerDefinition } from './worker-definition.js';

/** Bundlers call classes `e`, `_e`, `t1` or `Ab`; people do not. */
const MINIFIED = /^_?\$?[A-Za-z][A-Za-z0-9$]?\./;

/** What is worth a warning about a worker's name at boot. */
export function nameRemarks({ name, place }: Pick<WorkerDefinition, 'name' | 'place'>): readonly string[] {
  if (name !== place || !MINIFIED.test(name)) return [];
  return [
    'its name comes from its class, which a bundler seems to have renamed: logs, metrics and commands will call it that, and the next build ' +
      "may call it something else. Give the schedule a name (@Interval('prices', 30_000)), or keep class names (esbuild: keepNames, " +
      'terser: keep_classnames)',
  ];
}
