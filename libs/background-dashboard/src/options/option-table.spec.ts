import { describe, expect, it } from '@jest/globals';
import { OptionTable, optionsOf, written } from '../../../../test/support/option-table.js';
import { OPTIONS } from './schema.js';

describe('The table of options in the README', () => {
  const table = new OptionTable('libs/background-dashboard/README.md', 'guard');

  it.each(optionsOf(OPTIONS))('has $path with the default of the schema, $value', ({ path, value }) => {
    const said = table.defaultOf(path);
    expect(said).toBeDefined();
    if (value !== undefined) expect(said).toBe(written(value));
  });
});
