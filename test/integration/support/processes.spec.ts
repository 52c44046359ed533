import { afterEach, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { cleanUpAll, startProcess, until, type StartedProcess } from '../../support/processes.js';

const script = (source: string): Promise<StartedProcess> => startProcess(process.execPath, ['-e', source]);
const forever = 'setInterval(() => {}, 1000);';

describe('startProcess', () => {
  afterEach(cleanUpAll);

  it('reads both streams line by line, with the last line even if it has no end', async () => {
    const child = await script("console.log('one'); console.error('two'); process.stdout.write('three')");
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text)).toEqual([
      'one',
      'three',
    ]);
    expect(child.lines.find(({ stream }) => stream === 'stderr')?.text).toBe('two');
  });

  it('waits for a line to come, and finds one that came already', async () => {
    const child = await script(`setTimeout(() => console.log('port 4711'), 50); ${forever}`);
    expect((await child.waitForLine(/port (\d+)/))[1]).toBe('4711');
    expect((await child.waitForLine(/port (\d+)/))[1]).toBe('4711');
  });

  it('shows the output when the line does not come', async () => {
    const child = await script(`console.log('something else'); ${forever}`);
    await child.waitForLine(/something/);
    await expect(child.waitForLine(/never/, 10)).rejects.toThrow(/none came in 10 ms[^]*\| something else/);
  });

  it('does not wait for a line of a process that has ended', async () => {
    const child = await script('process.exit(3)');
    await expect(child.waitForLine(/never/)).rejects.toThrow('it ended with code 3');
  });

  it('delivers signals, and insists when it is not heard', async () => {
    const polite = await script(
      `process.on('SIGTERM', () => process.exit(7)); console.log('up'); ${forever}`,
    );
    await polite.waitForLine(/up/);
    expect(await polite.stop()).toEqual({ code: 7, signal: null });

    const deaf = await script(`process.on('SIGTERM', () => {}); console.log('up'); ${forever}`);
    await deaf.waitForLine(/up/);
    expect(await deaf.stop('SIGTERM', 50)).toEqual({ code: null, signal: 'SIGKILL' });
    expect(deaf.signal('SIGTERM')).toBe(false);
  });

  it('ends what is still running, children of children too, when the test ends', async () => {
    const child = await script(
      `const { pid } = require('node:child_process').spawn('sleep', ['60']); console.log('child', pid); ${forever}`,
    );
    const grandchild = Number((await child.waitForLine(/child (\d+)/))[1]);

    await cleanUpAll();

    expect(child.hasExited).toBe(true);
    await until(() => !isAlive(grandchild), { what: 'the end of the grandchild' });
  });

  it('leaves no orphan when the starter itself is killed', async () => {
    const support = fileURLToPath(new URL('../../support/', import.meta.url));
    const starter = await startProcess(process.execPath, [
      '--import',
      `${support}typescript.mjs`,
      '--input-type=module',
      '-e',
      `const { startProcess } = await import('${support}processes.ts');
       console.log('child', (await startProcess('sleep', ['60'])).pid);`,
    ]);
    const child = Number((await starter.waitForLine(/child (\d+)/))[1]);
    expect(isAlive(child)).toBe(true);

    starter.signal('SIGKILL');

    await until(() => !isAlive(child), { what: 'the end of the orphan' });
  });

  it.each([
    ['of a rejection that nobody handles', "void Promise.reject(new Error('on purpose'));"],
    ['of an uncaught error', "setImmediate(() => { throw new Error('on purpose'); });"],
  ])('fails the test when a process ends %s', async (_, source) => {
    await (
      await script(`${source} ${forever}`)
    ).exited;
    await expect(cleanUpAll()).rejects.toMatchObject({
      errors: [
        expect.objectContaining({ message: expect.stringMatching(/failed on its own[^]*on purpose/) }),
      ],
    });
    // Once is enough.
    await cleanUpAll();
  });

  it('fails the test when a process warns of leaking listeners, though it runs on', async () => {
    const child = await script(
      `const { signal } = new AbortController();
       for (let i = 0; i < 11; i += 1) signal.addEventListener('abort', () => {});
       setImmediate(() => console.log('warned')); ${forever}`,
    );
    await child.waitForLine(/Use events\.setMaxListeners/);
    await expect(cleanUpAll()).rejects.toMatchObject({
      errors: [expect.objectContaining({ message: expect.stringContaining('MaxListenersExceededWarning') })],
    });
  });

  it('lets a process fail that may', async () => {
    const args = ['-e', "throw new Error('on purpose');"];
    const child = await startProcess(process.execPath, args, { mayFail: true });
    expect(await child.exited).toEqual({ code: 1, signal: null });
    await cleanUpAll();
  });

  it('fails at once for a program that does not exist', async () => {
    await expect(startProcess('/no/such/program')).rejects.toThrow('ENOENT');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
