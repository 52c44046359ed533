import {
  type BoardMembers,
  boardOf,
  type LeaseStore,
  LONGEST_MEMBER,
  systemClock,
} from '../../lease/index.js';
import { answers, between, hasEntries, until } from './checks.js';
import { type Cases, type Context, LONG, SHORT } from './context.js';

/** Who is there, of a store whose board says so. */
export function memberCases(context: Context): Cases {
  const { newKey } = context;
  const mine = () => membersOf(context.store);
  const theirs = () => membersOf(context.other);

  /** What is read of those that a case has put there: others may be there, too. */
  const among = (found: ReadonlyMap<string, string>, ...ids: readonly string[]) =>
    Object.fromEntries([...found].filter(([id]) => ids.includes(id)));

  return {
    'are all told to each of them, with the last text of each': async () => {
      const [a, b] = [newKey(), newKey()];
      hasEntries(among(await mine().put(a, 'one', LONG), a, b), { [a]: 'one' });
      hasEntries(among(await theirs().put(b, '', LONG), a, b), { [a]: 'one', [b]: '' });
      hasEntries(among(await mine().put(a, 'two', LONG), a, b), { [a]: 'two', [b]: '' });
      hasEntries(among(await theirs().put(b, 'three', LONG), a, b), { [a]: 'two', [b]: 'three' });
    },

    'may have any id and any text': async () => {
      const id = newKey();
      const texts = { [`${id}|1`]: '12|\n\0ä', [`${id}\n__proto__`]: '|', [`${id}ä`]: '1'.repeat(20) };
      for (const [each, text] of Object.entries(texts)) await mine().put(each, text, LONG);
      const found = await theirs().put(id, '', LONG);
      hasEntries(among(found, ...Object.keys(texts)), texts);
    },

    'are there for their time, counted anew each time, and no longer': async () => {
      const [brief, long, asking] = [newKey(), newKey(), newKey()];
      await mine().put(long, '', SHORT);
      await mine().put(long, '', LONG);
      const sentAt = systemClock.monotonic();
      await mine().put(brief, '', SHORT);
      const found = await until(() => theirs().put(asking, '', LONG), {
        what: 'a member to be gone',
        satisfies: (all) => !all.has(brief),
      });
      // A store that counts whole milliseconds can end one up to one millisecond early.
      answers(systemClock.monotonic() - sentAt, between(SHORT - 1, Infinity));
      answers(found.has(long), true);
    },

    'are gone at once when they leave, and may come back': async () => {
      const [a, b] = [newKey(), newKey()];
      await mine().put(a, 'one', LONG);
      await theirs().remove(a);
      await theirs().remove(newKey());
      hasEntries(among(await theirs().put(b, '', LONG), a, b), { [b]: '' });
      await mine().put(a, 'two', LONG);
      hasEntries(among(await theirs().put(b, '', LONG), a, b), { [a]: 'two', [b]: '' });
    },

    'with a text that is too long are left out, until they have a shorter one': async () => {
      const [longest, longer, asking] = [newKey(), newKey(), newKey()];
      const text = 'ä'.repeat(LONGEST_MEMBER / 2);
      const read = async () => among(await theirs().put(asking, '', LONG), longest, longer);
      await mine().put(longest, text, LONG);
      await mine().put(longer, `${text}.`, LONG);
      hasEntries(await read(), { [longest]: text });
      await mine().put(longer, '', LONG);
      hasEntries(await read(), { [longest]: text, [longer]: '' });
    },

    'hear of announcements until they stop, and change nothing by them': async () => {
      let heard = 0;
      let others = 0;
      const revision = () => boardOf(context.store)?.revision();
      const before = await revision();
      const stop = mine().watch(() => (heard += 1));
      // The subscription may still be on its way.
      await until(async () => (await theirs().announce(), heard), {
        what: 'an announcement',
        satisfies: (count) => count > 0,
      });
      stop();
      stop();
      const stopOther = mine().watch(() => (others += 1));
      const last = heard;
      await until(async () => (await theirs().announce(), others), {
        what: 'the other listener',
        satisfies: (count) => count > 0,
      });
      answers(heard, last);
      answers(await revision(), before);
      stopOther();
    },
  };
}

function membersOf(store: LeaseStore): BoardMembers {
  const members = boardOf(store)?.members;
  if (!members) throw new Error('The store has no board with members');
  return members;
}
