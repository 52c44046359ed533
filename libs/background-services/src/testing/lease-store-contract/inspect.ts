import { answers, between } from './checks.js';
import { type Cases, type Context, LONG, MIDDLE } from './context.js';

export function inspectCases(context: Context): Cases {
  const { lead, renew, look, newKey } = context;
  return {
    'tells holder, time left and token of each key, in order': async () => {
      const [free, held, disabled] = [newKey(), newKey(), newKey()];
      const { token } = await lead(held, 'a', { ttl: LONG });
      await context.set(disabled, 'DISABLED');
      const view = { key: held, holder: 'a', ttl: between(LONG / 2, LONG), token };
      answers(await context.other.inspect([free, held, disabled, held]), [
        { key: free, holder: null, ttl: null, token: null },
        view,
        { key: disabled, holder: 'DISABLED', ttl: null, token: null },
        view,
      ]);
    },

    'touches nothing': async () => {
      const lease = await lead(newKey(), 'a', { ttl: MIDDLE });
      for (let i = 0; i < 5; i += 1) await look(lease.key);
      answers(await look(lease.key), { ttl: between(0, MIDDLE) });
      answers(await renew(lease), { outcome: 'renewed' });
    },
  };
}
