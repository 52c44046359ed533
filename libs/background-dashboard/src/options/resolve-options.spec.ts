import { describe, expect, it } from '@jest/globals';
import { InvalidDashboardOptionsError } from '../errors.js';
import type { BackgroundDashboardOptions } from './options.js';
import { resolveOptions } from './resolve-options.js';
import { no, yes } from '../spec-support/boot-dashboard.js';

describe('resolveOptions', () => {
  it('fills in the defaults, of which the first is to mount nothing', () => {
    expect(resolveOptions({})).toMatchObject({ path: 'background', guards: undefined, page: true });
  });

  it('takes one guard for both rights, or two', () => {
    expect(resolveOptions({ guard: yes }).guards).toEqual({ read: yes, act: yes });
    expect(resolveOptions({ guards: { read: yes, act: no } }).guards).toEqual({ read: yes, act: no });
  });

  it.each(['/', '', 'ops', '/ops/background/', 'a.b-c_d~e'])('takes the path %p', (path) => {
    expect(resolveOptions({ path }).path).toBe(path.replace(/^\/|\/$/g, ''));
  });

  it.each([
    ['path', { path: 'a/:b' }],
    ['path', { path: '*' }],
    ['path', { path: 'a//b' }],
    ['path', { path: 5 }],
    ['page', { page: 'yes' }],
    ['identify', { identify: 'ada' }],
    ['guard', { guard: {} }],
    ['guard', { guard: class {} }],
    ['guard', { guard: yes, guards: { read: yes } }],
    ['guards.read', { guards: {} }],
    ['guards', { guards: 'yes' }],
    ['guards.act', { guards: { read: yes, act: () => true } }],
    ['gaurd', { gaurd: yes }],
  ])('refuses a wrong %s: %p', (field, options) => {
    const resolve = () => resolveOptions(options as BackgroundDashboardOptions);
    expect(resolve).toThrow(InvalidDashboardOptionsError);
    expect(resolve).toThrow(`  - ${field}: expected `);
  });

  it('names every wrong field at once', () => {
    const options = { path: '*', page: 1 } as unknown as BackgroundDashboardOptions;
    expect(() => resolveOptions(options)).toThrow(/path: .*\n {2}- page: expected a boolean, received 1/);
  });
});
