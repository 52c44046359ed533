import { describe, expect, it } from '@jest/globals';
import { parseDockerignore } from './build-context.js';

describe('parseDockerignore', () => {
  const isIgnored = parseDockerignore(
    ['# A comment', '', '.git', '**/dist', '**/*.spec.ts', '*.md'].join('\n'),
  );

  it.each([
    '.git',
    '.git/HEAD',
    'dist/main.js',
    'libs/a/dist/index.js',
    'src/x.spec.ts',
    'x.spec.ts',
    'README.md',
  ])('ignores %s', (path) => expect(isIgnored(path)).toBe(true));

  it.each(['.gitignore', 'src/distance.ts', 'src/x.ts', 'docs/README.md', 'src/.git'])('keeps %s', (path) =>
    expect(isIgnored(path)).toBe(false),
  );

  it('refuses what it does not understand', () => {
    expect(() => parseDockerignore('!keep')).toThrow('Exceptions are not supported: !keep');
  });
});
