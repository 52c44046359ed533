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

  it('knows the errors of the package by their codes, and tells nothing of others', () => {
    expect(toProblem({ code: 'BGS_STORE', message: 'gone' }, KINDS)).toMatchObject({
      status: 503,
      detail: 'gone',
    });
    expect(toProblem(new Error('a password'), KINDS)).toBeUndefined();
    expect(toProblem({ code: '__proto__' }, KINDS)).toBeUndefined();
  });
});
