import { describe, expect, it } from '@jest/globals';
import { BadRequestException, ForbiddenException } from '@nestjs/common';
import { toProblem } from './problem.js';

const KINDS = { BGS_STORE: { status: 503, title: 'The store does not answer' } };

describe('toProblem', () => {
  it('tells all that validation pipes found', () => {
    expect(toProblem(new BadRequestException(['n must be a number', 'm should not exist']), KINDS)).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'n must be a number; m should not exist',
      code: 'HTTP_400',
    });
  });

  it('takes the code of an error of HTTP, if it has one', () => {
    const error = new ForbiddenException({ code: 'BGS_CROSS_ORIGIN', message: 'From another site' });
    expect(toProblem(error, KINDS)).toMatchObject({
      type: 'urn:nestjs-background:cross-origin',
      status: 403,
      code: 'BGS_CROSS_ORIGIN',
    });
  });

  it("tells of the client's faults that the body parser found, and of none that it keeps to itself", () => {
    const tooLarge = Object.assign(new Error('request entity too large'), { statusCode: 413, expose: true });
    expect(toProblem(tooLarge, KINDS)).toMatchObject({
      ...{ title: 'Payload Too Large', status: 413, code: 'HTTP_413' },
      detail: 'request entity too large',
    });
    expect(toProblem(Object.assign(tooLarge, { expose: false }), KINDS)).toBeUndefined();
    expect(toProblem(Object.assign(tooLarge, { statusCode: 500, expose: true }), KINDS)).toBeUndefined();
  });

  it('knows the errors of the package by their codes, and tells nothing of others', () => {
    expect(toProblem({ code: 'BGS_STORE', message: 'gone' }, KINDS)).toMatchObject({
      status: 503,
      detail: 'gone',
    });
    expect(toProblem(new Error('a password'), KINDS)).toBeUndefined();
    expect(toProblem({ code: '__proto__' }, KINDS)).toBeUndefined();
  });
});
