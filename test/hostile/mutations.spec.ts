import { describe, expect, it } from '@jest/globals';
import { FAMILIES } from './families.js';
import { mutationsOf } from './mutations.js';
import { spoil } from './spoil.js';
import { render } from './values.js';

describe('mutationsOf', () => {
  const mutations = mutationsOf(7, 3_000);

  it('gives the same ones for the same seed, and others for another', () => {
    expect(mutationsOf(7, 3_000)).toEqual(mutations);
    expect(mutationsOf(8, 3_000)).not.toEqual(mutations);
  });

  it('does everything to every family of keys', () => {
    const done = new Set(mutations.map(({ family, act }) => `${family} ${act.do}`));
    expect(done.size).toBe(FAMILIES.length * 8);
  });

  it('writes what is deep, and what is large', () => {
    const values = mutations.flatMap(({ act }) => ('value' in act ? [act.value] : []));
    expect(values.filter((value) => value.is === 'deep').map(({ depth }) => depth)).toContain(10_000);
    const lengths = values.filter(({ is }) => is === 'large').map((value) => render(value).length);
    expect(Math.max(...lengths)).toBeGreaterThan(900_000);
  });
});

describe('spoil', () => {
  const card = '{"id":"a","pid":7,"terms":[]}';
  const value = { is: 'text', text: '[' } as const;

  it('cuts JSON off', () => {
    expect(spoil(card, { do: 'truncate', share: 0.5 })).toBe('{"id":"a","pid');
  });

  it('writes other numbers', () => {
    expect(spoil(card, { do: 'renumber', number: '1e308' })).toBe('{"id":"a","pid":1e308,"terms":[]}');
  });

  it('writes as another version might', () => {
    const reshaped = (as: 'missing' | 'retyped' | 'wrapped' | 'new') =>
      spoil(card, { do: 'reshape', as, value });
    expect(reshaped('missing')).toBe('{"pid":7}');
    expect(reshaped('retyped')).toBe('{"id":{"text":"a"},"pid":"7","terms":{}}');
    expect(reshaped('wrapped')).toBe(`[${card}]`);
    expect(reshaped('new')).toBe('{"added":[,"id":"a","pid":7,"terms":[]}');
  });

  it('writes the value itself where there is no JSON to be reshaped, or none that could be written again', () => {
    const deep = render({ is: 'deep', depth: 10_000, inList: true }).toString();
    for (const entry of ['no JSON', deep])
      expect(spoil(entry, { do: 'reshape', as: 'missing', value })).toBe('[');
  });
});
