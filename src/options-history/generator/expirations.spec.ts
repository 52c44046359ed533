import { describe, expect, it } from '@jest/globals';
import { TradingCalendar } from '../../market/trading-calendar.js';
import { expirationsAfter } from './expirations.js';

const calendar = new TradingCalendar();

describe('expirationsAfter', () => {
  it('lists four Fridays, and third Fridays up to the third month', () => {
    expect(expirationsAfter('2024-01-02', calendar)).toEqual([
      ...['2024-01-05', '2024-01-12', '2024-01-19', '2024-01-26'],
      ...['2024-02-16', '2024-03-15'],
    ]);
  });

  it('has none left of a Friday that is over', () => {
    expect(expirationsAfter('2024-01-19', calendar)[0]).toBe('2024-01-26');
  });

  it('expires the day before Good Friday, and that week not at all if it is over', () => {
    expect(expirationsAfter('2024-03-25', calendar)[0]).toBe('2024-03-28');
    expect(expirationsAfter('2024-03-28', calendar)[0]).toBe('2024-04-05');
  });
});
