import { expect, it } from '@jest/globals';
import { CountingClock } from '../../../test/support/counting-clock.js';
import { atEveryAwait, Hold } from '../../../test/support/hold.js';
import { JobsLifecycle } from './lifecycle.js';
import { resolveOptions } from './options/index.js';

type Parts = ConstructorParameters<typeof JobsLifecycle>;

/** What the lifecycle uses of each of its parts, and whether it left something open. */
function build(hold: Hold) {
  const clock = new CountingClock();
  const left = { listeners: 0, isClosed: false, calls: [] as string[] };
  const use = (call: string) => {
    if (left.isClosed) left.calls.push(call);
    return Promise.resolve();
  };
  const store = {
    ...{ durable: true, active: () => use('active').then(() => ['1']), expire: () => use('expire') },
    subscribe: () =>
      use('subscribe').then(() => {
        left.listeners += 1;
        return () => void (left.listeners -= 1);
      }),
    close: () => use('close'),
  };
  const engine = {
    ...{ start: () => use('start'), enqueue: () => use('enqueue') },
    close: () => Promise.resolve(void (left.isClosed = true)),
  };
  const others = [{ explore: () => undefined, types: ['t'] }, { running: 0 }, { close: () => undefined }];
  const operation = { onRound: () => undefined };
  const parts = [resolveOptions({ clock }), hold.patch(store, 'store'), hold.patch(engine, 'engine')];
  const lifecycle = new JobsLifecycle(...([...parts, ...others, operation] as unknown as Parts));
  return { lifecycle, left: () => ({ ...left, timers: clock.pending }) };
}

it('Jobs of an app that is closed at any await of its boot start no engine, keep no listener and set no timer', async () => {
  const hold = new Hold();
  const held = await atEveryAwait(hold, async () => {
    const { lifecycle, left } = build(hold);
    const booting = hold.within(() => lifecycle.onApplicationBootstrap());
    await hold.settled();
    const closing = lifecycle.onModuleDestroy();
    await hold.settled();
    hold.letGo();
    await Promise.all([booting, closing]);
    await hold.settled();
    // A call that was under way is made; of those that come after it there is none, but for the store's own close.
    const under = hold.held?.split('.')[1];
    const { calls, ...rest } = left();
    expect({ at: hold.held, ...rest }).toEqual({ at: hold.held, listeners: 0, isClosed: true, timers: 0 });
    expect(calls.filter((call) => call !== 'close' && call !== under)).toEqual([]);
  });
  expect(held).toEqual(expect.arrayContaining(['reply of store.subscribe', 'reply of engine.start']));
});
