import { describe, expect, it } from '@jest/globals';
import { InvalidWorkerError } from '../errors/index.js';
import { type PlacementRule, Units } from './units.js';

function unitsOf(
  rules: Readonly<Record<string, PlacementRule | undefined>>,
  standard: 'balanced' | 'sticky' = 'balanced',
) {
  const units = new Units(standard);
  for (const [key, rule] of Object.entries(rules))
    units.add(key, { rule, identity: key, place: `Place of ${key}` });
  return units;
}

describe('Units', () => {
  it('follows a key to where it is decided', () => {
    const units = unitsOf({ a: undefined, b: { with: 'a' }, c: { with: 'b' }, d: 'sticky' });
    units.check();
    expect([...'abcd'].map((key) => units.rootOf(key))).toEqual(['a', 'a', 'a', 'd']);
    expect([...units.groupOf('a')]).toEqual(['a', 'b', 'c']);
    expect([...units.counted()]).toEqual(['a']);
  });

  it('counts what is led and balanced, once', () => {
    const units = unitsOf({ a: 'balanced', b: { with: 'a' }, c: 'sticky', d: undefined });
    for (const key of ['a', 'a', 'b', 'c', 'd']) units.onTerm(key, true);
    expect([...units.led]).toEqual(['a', 'd']);
    units.onTerm('a', false);
    units.onTerm('a', false);
    expect([...units.led]).toEqual(['d']);
    expect([...units.ledBeside]).toEqual(['b', 'c']);
  });

  it('takes the standard where nothing is said', () => {
    const units = unitsOf({ a: undefined, b: 'balanced' }, 'sticky');
    expect([...units.counted()]).toEqual(['b']);
  });

  it('takes the one that says something of two workers with one key', () => {
    const units = unitsOf({ a: undefined, b: undefined });
    units.add('a', { rule: 'sticky', identity: 'a', place: 'Other' });
    units.add('a', { rule: undefined, identity: 'a', place: 'Third' });
    expect([...units.counted()]).toEqual(['b']);
  });

  it('refuses two workers of one key that say different things', () => {
    const units = unitsOf({ a: { with: 'b' } });
    expect(() => units.add('a', { rule: { with: 'c' }, identity: 'a', place: 'Other' })).toThrow(
      new InvalidWorkerError(
        'Other',
        'it asks for placement with "c", and Place of a, which has the same key, for with "b"',
        'Give both the same placement, or keys of their own',
      ),
    );
  });

  it('refuses a key that follows one that is not there', () => {
    expect(() => unitsOf({ a: { with: 'b' } }).check()).toThrow('no worker of this app has that key');
  });

  it.each([{ a: { with: 'a' } }, { a: { with: 'b' }, b: { with: 'c' }, c: { with: 'a' } }])(
    'refuses keys that follow each other in a circle: %j',
    (rules) => {
      const units = unitsOf(rules);
      expect(() => units.check()).toThrow('which follows it itself');
    },
  );
});
