import { describe, expect, it } from '@jest/globals';
import { addDays, dayOf, instantOf, weekday } from './new-york-time.js';

const at = (day: string, hour: number, minute = 0) => instantOf(day, hour * 60 + minute).toISOString();

describe('New York time', () => {
  it('knows standard and daylight saving time', () => {
    expect(at('2026-11-20', 9, 30)).toBe('2026-11-20T14:30:00.000Z');
    expect(at('2026-07-20', 9, 30)).toBe('2026-07-20T13:30:00.000Z');
  });

  it('is right on both sides of a clock change on the day itself', () => {
    expect(at('2026-03-08', 0)).toBe('2026-03-08T05:00:00.000Z');
    expect(at('2026-03-08', 4)).toBe('2026-03-08T08:00:00.000Z');
    expect(at('2026-11-01', 0)).toBe('2026-11-01T04:00:00.000Z');
    expect(at('2026-11-01', 4)).toBe('2026-11-01T09:00:00.000Z');
  });

  it('takes 24:00 as the midnight that ends the day', () => {
    expect(at('2026-03-07', 24)).toBe(at('2026-03-08', 0));
  });

  it('names the day of an instant there, not here', () => {
    expect(dayOf(new Date('2026-11-21T04:59:59Z'))).toBe('2026-11-20');
    expect(dayOf(new Date('2026-11-21T05:00:00Z'))).toBe('2026-11-21');
  });

  it('counts days across months and clock changes', () => {
    expect(addDays('2026-03-07', 2)).toBe('2026-03-09');
    expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
    expect(weekday('2026-11-20')).toBe(5);
  });
});
