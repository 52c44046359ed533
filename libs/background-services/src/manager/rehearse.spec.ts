import { expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { TEST_TIMING } from '../spec-support/replica.js';
import { rehearse } from './rehearse.js';

it('A rehearsal ends by itself, and says nothing', async () => {
  const lines = jest.fn();
  Logger.overrideLogger({ log: lines, warn: lines, error: lines, debug: lines });
  await rehearse(TEST_TIMING);
  expect(lines).not.toHaveBeenCalled();
});
