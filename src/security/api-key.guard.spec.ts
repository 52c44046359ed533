import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type ExecutionContext, Logger, UnauthorizedException } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ApiKey } from './api-key.js';
import { ApiKeyGuard } from './api-key.guard.js';

function guardWith(env: { API_KEY?: string }) {
  return new ApiKeyGuard(new ApiKey(new ConfigService(env)));
}

function request(headers: Record<string, string | string[]>): ExecutionContext {
  return { switchToHttp: () => ({ getRequest: () => ({ headers }) }) } as unknown as ExecutionContext;
}

describe('ApiKeyGuard', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('lets the key in', () => {
    expect(guardWith({ API_KEY: 'secret' }).canActivate(request({ 'x-api-key': 'secret' }))).toBe(true);
  });

  it.each([
    ['no key', {}],
    ['an empty key', { 'x-api-key': '' }],
    ['the beginning of the key', { 'x-api-key': 'sec' }],
    ['another key', { 'x-api-key': 'secreT' }],
    ['the key twice', { 'x-api-key': ['secret', 'secret'] }],
  ])('refuses %s', (_, headers) => {
    expect(() => guardWith({ API_KEY: 'secret' }).canActivate(request(headers))).toThrow(
      UnauthorizedException,
    );
  });

  it('makes a key of its own and prints it once if none is configured', () => {
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    const guard = guardWith({});
    expect(log).toHaveBeenCalledTimes(1);
    const printed = /x-api-key: (\S+)$/.exec(String(log.mock.calls[0]?.[0]))?.[1] ?? '';
    expect(printed.length).toBeGreaterThanOrEqual(20);
    expect(guard.canActivate(request({ 'x-api-key': printed }))).toBe(true);
  });

  it('does not print a configured key', () => {
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    guardWith({ API_KEY: 'secret' });
    expect(log).not.toHaveBeenCalled();
  });
});
