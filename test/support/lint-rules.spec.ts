import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint, Linter } from 'eslint';

const RULE = 'no-restricted-syntax';

describe('The lint rules', () => {
  const linter = new Linter();
  let configOf: (file: string) => Promise<Linter.RulesRecord>;

  beforeAll(() => {
    const eslint = new ESLint();
    configOf = async (file) => {
      const { rules } = (await eslint.calculateConfigForFile(file)) as {
        readonly rules?: Linter.RulesRecord;
      };
      return { [RULE]: rules?.[RULE] ?? 'off' };
    };
  });

  /** What is wrong with code in a file there, by the rules that need no types. */
  async function messages(code: string, file: string): Promise<string[]> {
    const found = linter.verify(code, { rules: await configOf(file) });
    return found.map(({ message }) => message);
  }

  const rooms = [
    'libs/background-services/src/fleet/some.ts',
    'libs/background-jobs/src/http/some.ts',
    'libs/background-jobs/src/client/some.ts',
    'libs/background-dashboard/src/stream/some.ts',
    'src/ticker/some.ts',
    'libs/http-kit/src/some.ts',
  ];
  const outside = [
    'libs/background-services/src/kit/some.ts',
    'libs/background-jobs/src/http/some.spec.ts',
    'test/e2e/some.e2e-spec.ts',
  ];

  it.each([
    "signal.addEventListener('abort', stop);",
    "this.options.signal?.addEventListener('abort', stop, { once: true });",
    'signal.onabort = stop;',
  ])('refuse a listener of an abort outside the kit: %s', async (code) => {
    for (const file of rooms)
      expect([file, await messages(code, file)]).toEqual([file, [expect.stringContaining('onAbort()')]]);
    for (const file of outside) expect([file, await messages(code, file)]).toEqual([file, []]);
  });

  it.each([
    "response.once('close', stop);",
    "response.raw.on('finish', stop);",
    "this.response.on('close', stop);",
    "request.on('end', stop);",
    "request.prependListener('aborted', stop);",
    "request.socket.addListener('close', stop);",
    "await once(response, 'close');",
  ])('refuse a listener of the end of a response outside the kit: %s', async (code) => {
    const text = `async () => { ${code} };`;
    for (const file of rooms)
      expect([file, await messages(text, file)]).toEqual([file, [expect.stringContaining('whenClosed()')]]);
    for (const file of outside) expect([file, await messages(text, file)]).toEqual([file, []]);
  });

  it.each(['new AbortController();', 'AbortSignal.any([one, other]);', 'AbortSignal.timeout(5);'])(
    'refuse a signal of a library that Node warns of at the eleventh listener: %s',
    async (code) => {
      const [services, jobs, client, dashboard, host, httpKit] = await Promise.all(
        rooms.map((file) => messages(code, file)),
      );
      for (const found of [services, jobs, dashboard, httpKit])
        expect(found).toEqual([expect.stringContaining('abortController()')]);
      for (const found of [client, host]) expect(found).toEqual([]);
    },
  );

  it('let connections be listened to that close again and again, and every other event', async () => {
    const code =
      "this.client.on('close', f); redis.on('close', f); response.on('error', f); socket.on('drain', f);";
    for (const file of rooms) expect(await messages(code, file)).toEqual([]);
  });

  it('take no "void" for the handler of a rejection in the libraries', async () => {
    const eslint = new ESLint();
    for (const file of rooms.filter((room) => room.startsWith('libs/'))) {
      const { rules } = (await eslint.calculateConfigForFile(file)) as { readonly rules: Linter.RulesRecord };
      expect(rules['@typescript-eslint/no-floating-promises']).toEqual([
        2,
        expect.objectContaining({ ignoreVoid: false }),
      ]);
    }
  });
});
