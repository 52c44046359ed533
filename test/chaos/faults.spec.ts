import { describe, expect, it } from '@jest/globals';
import { readSource } from '../support/deployment.js';
import { FAULT_NAMES, faultKind } from './faults.js';

describe('FAULTS', () => {
  it('are documented as they are', async () => {
    const page = await readSource('libs/background-services/docs/chaos.md');
    const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    const documented = (name: string) => rows.find((cells) => cells[1] === name)?.slice(2, 5);
    for (const name of FAULT_NAMES) {
      const { spoils, what, lasts } = faultKind(name);
      expect(documented(name)).toEqual([spoils, what, lasts.join(', ')]);
    }
  });
});
