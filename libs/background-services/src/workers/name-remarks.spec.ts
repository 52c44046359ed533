import { describe, expect, it } from '@jest/globals';
import { nameRemarks } from './name-remarks.js';

describe('nameRemarks', () => {
  it.each(['e.runOften', 't1.run', '_e.run', 'Ab.run', '$a.run'])('warns of %s', (name) => {
    expect(nameRemarks({ name, place: name })).toEqual([expect.stringMatching(/keepNames/)]);
  });

  it.each(['Job.run', 'Pnl.update', 'PriceUpdater.run', 'Etl.run'])('says nothing of %s', (name) => {
    expect(nameRemarks({ name, place: name })).toEqual([]);
  });

  it('says nothing where somebody chose the name', () => {
    expect(nameRemarks({ name: 'e', place: 'e.run' })).toEqual([]);
  });
});
