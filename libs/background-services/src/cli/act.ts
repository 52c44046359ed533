import type { ControlRecord, FleetControl } from '../fleet/index.js';
import type { Settings } from './arguments.js';
import type { ActName } from './commands.js';

/** Does what a command says. */
export function act(name: ActName, control: FleetControl, settings: Settings): Promise<ControlRecord> {
  const { operand, by, why, duration, id, keys } = settings;
  const reason = { by, why, id };
  const upon = { ...reason, key: keys[0] };
  switch (name) {
    case 'pause':
      return control.pause(operand, upon);
    case 'resume':
      return control.resume(operand, upon);
    case 'trigger':
      return control.trigger(operand, upon);
    case 'reset-breaker':
      return control.resetCircuitBreaker(operand, upon);
    case 'force-open-breaker':
      return control.forceOpenCircuitBreaker(operand, upon);
    case 'step-down':
      return control.stepDown(operand, reason);
    case 'cordon':
      return control.cordon(operand, reason);
    case 'uncordon':
      return control.uncordon(operand, reason);
    case 'disable':
      return control.disable(operand, { ...reason, duration });
    case 'enable':
      return control.enable(operand, reason);
    case 'expire-lease':
      return control.expireLease(operand, reason);
  }
}
