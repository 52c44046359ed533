import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { listenOften, warnedOfListeners } from '../../../../test/support/warned-of-listeners.js';
import { abortController } from './abort-controller.js';

describe('abortController', () => {
  it('makes a signal that takes many listeners without a warning of Node', () => {
    const { signal } = abortController();
    listenOften(signal);
    expect(warnedOfListeners(signal)).toBe(false);
  });

  it('is needed: Node warns of a signal of its own', () => {
    const code = `const { signal } = new AbortController(); (${listenOften.toString()})(signal);`;
    const { stderr } = spawnSync(process.execPath, ['--eval', code], { encoding: 'utf8' });
    expect(stderr).toContain('MaxListenersExceededWarning');
  });
});
