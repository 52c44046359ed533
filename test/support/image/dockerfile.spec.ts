import { describe, expect, it } from '@jest/globals';
import { execForm, parseDockerfile } from './dockerfile.js';

describe('parseDockerfile', () => {
  it('reads stages, flags and continued lines, and passes over comments', () => {
    const source = [
      '# A comment',
      'FROM node:22 AS build',
      'RUN npm ci \\',
      '# within a continued line, too',
      '  --no-audit',
      '',
      'FROM node:22',
      'COPY --from=build --chown=node:node /app ./app',
    ].join('\n');

    expect(parseDockerfile(source)).toEqual([
      {
        name: 'build',
        instructions: [{ keyword: 'RUN', text: expect.stringMatching(/^npm ci\s+--no-audit$/), flags: {} }],
      },
      {
        name: '1',
        instructions: [{ keyword: 'COPY', text: '/app ./app', flags: { from: 'build', chown: 'node:node' } }],
      },
    ]);
  });

  it('refuses instructions before the first stage', () => {
    expect(() => parseDockerfile('RUN true')).toThrow('begins with FROM, not with RUN');
  });
});

describe('execForm', () => {
  it('reads a JSON array, and refuses what would need a shell', () => {
    expect(execForm('["node", "main.js"]')).toEqual(['node', 'main.js']);
    expect(() => execForm('["node", 1]')).toThrow('Expected a JSON array of strings');
    expect(() => execForm('node main.js')).toThrow();
  });
});
