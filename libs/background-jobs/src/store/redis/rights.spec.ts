import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { JOBS_COMMANDS } from './rights.js';

it('The commands that a user needs are those of the README', async () => {
  const readme = await readFile('libs/background-jobs/README.md', 'utf8');
  expect(/^ACL SETUSER .* -@all (.*)$/m.exec(readme)?.[1]).toBe(JOBS_COMMANDS);
});
