/** What a guest does when it is called: what it should, or one of the ways in which code of others fails. */
export type Conduct = 'behave' | 'throw' | 'reject' | 'hang' | 'nonsense' | 'fail-afterwards';

export const MISCONDUCTS = ['throw', 'reject', 'hang', 'nonsense', 'fail-afterwards'] as const;

export interface Script {
  /** How the next call goes. */
  readonly next: () => Conduct;
  /** What is answered instead of an answer. */
  readonly nonsense: () => unknown;
}

/** Whoever waits for it waits until the test says otherwise. */
export class Hanging {
  readonly #waiting = new Set<() => void>();

  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  end(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** A guest whose every method goes by the script. What fails afterwards has done first what it was asked to. */
export function misbehaving<T extends object>(guest: T, script: Script, hanging: Hanging): T {
  return new Proxy(guest, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown =>
        conduct(() => member.apply(target, args) as unknown, script, hanging);
    },
  });
}

/** One call of a guest, as the script wants it. */
export function conduct(call: () => unknown, { next, nonsense }: Script, hanging: Hanging): unknown {
  switch (next()) {
    case 'behave':
      return call();
    case 'throw':
      throw new Error('A guest throws');
    case 'reject':
      return Promise.reject(new Error('A guest rejects'));
    case 'hang':
      return hanging.wait().then(() => undefined);
    case 'nonsense':
      return Promise.resolve(nonsense());
    case 'fail-afterwards':
      return Promise.resolve(call()).then(() => {
        throw new Error('A guest fails afterwards');
      });
  }
}
