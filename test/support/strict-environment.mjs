import { TestEnvironment } from 'jest-environment-node';
import { AsyncLocalStorage } from 'node:async_hooks';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';

/** What ends a process, or announces a leak, when no test runner stands between. */
const LEAK = 'MaxListenersExceededWarning';

/** Storages that were run since the suite began. */
const storages = new Set();
for (const method of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function (...args) {
    storages.add(this);
    return original.apply(this, args);
  };
}

/**
 * Before Node 24, a storage that was run once costs every later promise of the process something, whoever makes it. Each suite has storages
 * of its own, so a worker would be slower with each suite that it has run.
 */
function disableStorages() {
  for (const storage of storages) storage.disable();
  storages.clear();
}

/**
 * Node's environment, in which no rejection goes unhandled, no exception uncaught and no listener leaks without a failure.
 *
 * jest watches a test while it runs, and forgives a rejection that is handled later; a real process would have ended. Before the first
 * test, after the last one, and for warnings it does not watch at all. What happens in a test fails that test; everything else, its file.
 */
export default class StrictEnvironment extends TestEnvironment {
  #run;
  #unclaimed = [];
  #rejected = new Map();
  #onFault = (reason) => this.#unclaimed.push(asError('Unhandled', reason));
  #onWarning = (warning) => {
    if (warning.name === LEAK) this.#blame(warning);
  };

  async setup() {
    await super.setup();
    process.on('unhandledRejection', this.#onFault);
    process.on('uncaughtException', this.#onFault);
    process.on('warning', this.#onWarning);
  }

  handleTestEvent(event, state) {
    this.#run = event.name === 'run_finish' || event.name === 'teardown' ? undefined : state;
    if (event.name === 'error' && event.promise) this.#rejected.set(event.promise, event.error);
    if (event.name === 'error_handled' && this.#rejected.has(event.promise)) {
      this.#blame(asError('Handled too late', this.#rejected.get(event.promise)));
    }
  }

  async teardown() {
    // Rejections are told of at the end of a turn, warnings in the next one.
    await setImmediate();
    await setImmediate();
    process.off('unhandledRejection', this.#onFault);
    process.off('uncaughtException', this.#onFault);
    process.off('warning', this.#onWarning);
    disableStorages();
    await super.teardown();
    const [first, ...more] = this.#unclaimed;
    if (more.length > 0) throw new AggregateError(this.#unclaimed, this.#unclaimed.map(String).join('\n'));
    if (first) throw first;
  }

  #blame(error) {
    const running = this.#run?.currentlyRunningTest;
    if (running) running.errors.push(error);
    else if (this.#run) this.#run.unhandledErrors.push(error);
    else this.#unclaimed.push(error);
  }
}

function asError(what, reason) {
  const text = reason instanceof Error || reason?.stack ? reason.stack : String(reason);
  return Object.assign(new Error(`${what}: ${String(reason?.message ?? reason)}`), {
    stack: `${what}: ${text}`,
  });
}
