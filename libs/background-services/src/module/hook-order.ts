import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

/**
 * Makes Nest call the hooks of a module after all others at boot, and before all others at shutdown.
 *
 * Nest orders hooks by a module's distance from the root, which is 1 or more for an imported module and 0 for the root itself. Workers use
 * services of any module, the root included, and must be drained while all of these are alive, wherever in the imports this module stands.
 */
export function runHooksOutermost(target: Type, modules: ModulesContainer): void {
  for (const module of modules.values()) if (module.metatype === target) module.distance = -1;
}
