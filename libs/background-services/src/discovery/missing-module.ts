import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { shared } from '../kit/index.js';
import { BackgroundService } from '../workers/index.js';

const HOOK = 'onApplicationBootstrap';
type Hook = (this: unknown, ...args: unknown[]) => unknown;

/** What puts each prototype back as it was, and whether anything was said. */
const watch = shared('watch', () => ({ restores: new Map<object, () => void>(), isTold: false }));

/**
 * Makes a class say so if Nest boots an app with it and without `BackgroundServicesModule`: then its schedules are with this library, and
 * run nowhere. Nobody else can know. It is a lifecycle hook on the prototype, not a timer, and the module takes it off again before Nest
 * looks for hooks.
 */
export function watchForModule(prototype: object): void {
  try {
    const own = Reflect.getOwnPropertyDescriptor(prototype, HOOK);
    const written: unknown = own?.value;
    // An accessor or a decorated hook is the app's business.
    if (own && (typeof written !== 'function' || Reflect.getMetadataKeys(written).length > 0)) return;
    if (watch.restores.has(prototype)) return;
    const hook: Hook = function (...args) {
      tellOnce(this);
      const original = (written ?? Reflect.get(Object.getPrototypeOf(prototype) as object, HOOK)) as
        Hook | undefined;
      return original?.apply(this, args);
    };
    Object.defineProperty(prototype, HOOK, { value: hook, writable: true, configurable: true });
    watch.restores.set(prototype, () => {
      if (Reflect.getOwnPropertyDescriptor(prototype, HOOK)?.value !== hook) return;
      if (own) Object.defineProperty(prototype, HOOK, own);
      else Reflect.deleteProperty(prototype, HOOK);
    });
  } catch {
    // A prototype that takes no hook is left without one.
  }
}

/** The module is there: nothing is to be said, and every class is as it was written. To be called before Nest looks for hooks. */
export function moduleIsThere(): void {
  watch.isTold = false;
  for (const restore of watch.restores.values()) restore();
  watch.restores.clear();
}

function tellOnce(instance: unknown): void {
  if (watch.isTold) return;
  watch.isTold = true;
  const { name } = (instance as object).constructor;
  new Logger('BackgroundServices').warn(
    `${name} is @LeaderElected or a BackgroundService, but BackgroundServicesModule is not imported: neither its jobs nor those of ` +
      'other such classes run on any replica. Import BackgroundServicesModule.forRoot() in the root module',
  );
}

watchForModule(BackgroundService.prototype);
