import { PackedApp } from './packed-app.js';

/** What a host on Nest 11 has; `npm install` finds the newest of each. */
export const NEST_11 = {
  '@nestjs/common': '^11.0.0',
  '@nestjs/core': '^11.0.0',
  '@nestjs/platform-express': '^11.0.0',
  '@nestjs/schedule': '^6.0.0',
  '@nestjs/terminus': '^11.0.0',
  ioredis: '^5.4.0',
  'reflect-metadata': '^0.2.0',
  rxjs: '^7.2.0',
};

/** A CommonJS app on Nest 11, as most apps in the field are. */
export const installNest11App = (): Promise<PackedApp> =>
  PackedApp.install({
    format: 'commonjs',
    dependencies: NEST_11,
    sources: { 'main.ts': 'test/compat/app.cts' },
  });
