import type { ControlRecord, FleetControl } from '../fleet/index.js';
import type { Settings } from './arguments.js';
import type { ActName } from './commands.js';

/** Does what a command says. */
export function act(name: ActName, control: FleetControl, settings: Settings): Promise<ControlRecord> {
  const { operand, by, why, duration } = settings;
  const reason = { by, why };
  switch (name) {
    case 'pause':
      return control.pause(operand, reason);
    case 'resume':
      return control.resume(operand, reason);
    case 'trigger':
      return control.trigger(operand, reason);
    case 'reset-breaker':
      return control.resetCircuitBreaker(operand, reason);
    case 'force-open-breaker':
      return control.forceOpenCircuitBreaker(operand, reason);
    case 'step-down':
      return control.stepDown(operand, reason);
    case 'disable':
      return control.disable(operand, { ...reason, duration });
    case 'enable':
      return control.enable(operand, reason);
    case 'expire-lease':
      return control.expireLease(operand, reason);
  }
}
