import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type CanActivate,
  ForbiddenException,
  Global,
  Injectable,
  Module,
  UnauthorizedException,
} from '@nestjs/common';
import { of } from 'rxjs';
import { BackgroundDashboardModule } from './background-dashboard.module.js';
import { ACTS, bootDashboard, closeApps, get, no, post, READS, yes } from './spec-support/boot-dashboard.js';

afterEach(closeApps);

describe('Without a guard', () => {
  it.each([
    ['forRoot()', {}],
    ['forRootAsync()', BackgroundDashboardModule.forRootAsync({ useFactory: () => ({}) })],
  ])('%s answers 404 everywhere', async (_name, dashboard) => {
    const app = await bootDashboard(dashboard);
    const gets = ['', '/', '/assets/any.js', '/api/stream', ...READS.map((path) => `/api/${path}`)];
    for (const path of gets)
      expect([path, (await get(app, `/background${path}`)).status]).toEqual([path, 404]);
    for (const path of ACTS)
      expect([path, (await post(app, `/background/api/${path}`)).status]).toEqual([path, 404]);
  });
});

describe.each(['express', 'fastify'] as const)('On %s', (adapter) => {
  it.each([...READS, 'stream'])('a guard that says no keeps everybody from GET %s', async (path) => {
    const app = await bootDashboard({ guards: { read: no, act: yes }, page: false }, { adapter });
    const { status, type, body, headers } = await get(app, `/background/api/${path}`);
    expect({ status, type, body }).toMatchObject({
      status: 403,
      type: 'application/problem+json; charset=utf-8',
      body: { type: 'about:blank', title: 'Forbidden', status: 403, code: 'HTTP_403' },
    });
    expect(headers['cache-control']).toBe('no-store');
  });

  it.each(ACTS)('whoever may only look cannot POST %s', async (path) => {
    const app = await bootDashboard({ guards: { read: yes, act: no }, page: false }, { adapter });
    expect(await post(app, `/background/api/${path}`)).toMatchObject({
      status: 403,
      body: { code: 'HTTP_403' },
    });
    expect(await get(app, '/background/api/audit')).toMatchObject({ status: 200, body: [] });
  });

  it.each(ACTS)('whoever may act but not look cannot POST %s', async (path) => {
    const app = await bootDashboard({ guards: { read: no, act: yes }, page: false }, { adapter });
    expect(await post(app, `/background/api/${path}`)).toMatchObject({ status: 403 });
  });
});

describe('Guards', () => {
  it('say what they have to say: an exception of theirs is the answer', async () => {
    const guard: CanActivate = {
      canActivate: () => {
        throw new UnauthorizedException('Sign in first');
      },
    };
    const app = await bootDashboard({ guard, page: false });
    for (const path of READS)
      expect(await get(app, `/background/api/${path}`)).toMatchObject({
        status: 401,
        body: { title: 'Unauthorized', detail: 'Sign in first', code: 'HTTP_401' },
      });
    for (const path of ACTS)
      expect(await post(app, `/background/api/${path}`)).toMatchObject({ status: 401 });
  });

  it('that fail answer 500 and tell nothing', async () => {
    const guard: CanActivate = { canActivate: () => Promise.reject(new Error('postgres://user:secret@db')) };
    const app = await bootDashboard({ guard, page: false });
    const { status, text } = await get(app, '/background/api/fleet');
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
  });

  it('may be observables', async () => {
    const app = await bootDashboard({ guard: { canActivate: () => of(true) }, page: false });
    expect(await get(app, '/background/api/fleet')).toMatchObject({ status: 200 });
  });

  it('named as classes are the app’s own', async () => {
    @Injectable()
    class Sessions {
      readonly valid = true;
    }
    @Injectable()
    class SessionGuard implements CanActivate {
      constructor(private readonly sessions: Sessions) {}
      canActivate() {
        return this.sessions.valid;
      }
    }
    @Global()
    @Module({ providers: [Sessions, SessionGuard], exports: [Sessions] })
    class SessionModule {}
    const app = await bootDashboard({ guard: SessionGuard, page: false }, { imports: [SessionModule] });
    expect(await get(app, '/background/api/fleet')).toMatchObject({ status: 200 });
  });

  it('for looking alone leave the acts unmounted', async () => {
    const app = await bootDashboard({ guards: { read: yes }, page: false });
    expect(await get(app, '/background/api/access')).toMatchObject({
      status: 200,
      body: { act: false, by: null },
    });
    for (const path of ACTS)
      expect(await post(app, `/background/api/${path}`)).toMatchObject({ status: 404 });
  });

  it('tell the page whether it may offer controls', async () => {
    const throwing: CanActivate = {
      canActivate: () => {
        throw new ForbiddenException();
      },
    };
    const reader = await bootDashboard({ guards: { read: yes, act: throwing }, page: false });
    expect(await get(reader, '/background/api/access')).toMatchObject({ body: { act: false, by: null } });
    const actor = await bootDashboard({ guard: yes, page: false, identify: () => 'ada' });
    expect(await get(actor, '/background/api/access')).toMatchObject({ body: { act: true, by: 'ada' } });
  });
});
