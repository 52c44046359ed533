import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { RequestRefusedError } from '../errors/index.js';
import { checkRequest } from './check-request.js';

const schema = z.object({
  root: z.string({ error: 'expected a symbol' }).toUpperCase(),
  days: z.array(z.number({ error: 'expected a number' })).default([]),
});

describe('checkRequest', () => {
  it('gives what the schema makes of a request', async () => {
    expect(await checkRequest('report', schema, { root: 'aapl', more: 1 })).toEqual({
      root: 'AAPL',
      days: [],
    });
  });

  it('refuses a request with all that is wrong, and where', async () => {
    const refusal = checkRequest('report', schema, { root: 1, days: [1, 'x'] });
    await expect(refusal).rejects.toThrow(RequestRefusedError);
    await expect(refusal).rejects.toMatchObject({
      code: 'BGJ_INVALID_REQUEST',
      issues: ['root: expected a symbol', 'days.1: expected a number'],
    });
  });

  it('names no field of what is wrong as a whole', async () => {
    await expect(checkRequest('report', z.object({}, { error: 'expected an object' }), null)).rejects.toThrow(
      /^expected an object$/,
    );
  });

  it('takes a path of objects, and a schema that takes its time', async () => {
    const slow = {
      '~standard': { validate: async () => ({ issues: [{ message: 'no', path: [{ key: 'a' }, 'b'] }] }) },
    };
    await expect(checkRequest('report', slow, {})).rejects.toThrow('a.b: no');
  });

  it('leaves requests alone whose job has no schema', async () => {
    class Body {}
    const request = { any: 'thing' };
    expect(await checkRequest('report', undefined, request)).toBe(request);
    expect(await checkRequest('report', Body, request)).toBe(request);
  });
});
