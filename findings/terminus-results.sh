#!/usr/bin/env bash
# What a health check of @nestjs/terminus 12.1.0 makes of results that are not plain "up" or "down".
#
# A good engineer would guess: an indicator that throws is one that is down, so the answer is 503 and the other
# indicators are listed; the same for an indicator whose details have a field named "status"; and a status that does
# not exist is refused.
# What happens: one indicator that throws (its own error, or the refusal of the field "status") replaces the whole
# answer by that error, which is a 500 without a health body. A status that does not exist is dropped, and the check
# is "ok".
#
# Why it matters: an indicator for a lease that reports status: 'follower' either takes the health page down with it
# or is never seen.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts @nestjs/common@12.5.1 @nestjs/core@12.5.1 \
  @nestjs/terminus@12.1.0 reflect-metadata@0.2.2 rxjs@7.8.2

node --input-type=module <<'JS'
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { HttpException, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';

console.log('@nestjs/terminus', JSON.parse(readFileSync('node_modules/@nestjs/terminus/package.json', 'utf8')).version);
class App {}
Module({ imports: [TerminusModule.forRoot({ logger: false })] })(App);
const app = await NestFactory.createApplicationContext(App, { logger: false });
const health = app.get(HealthCheckService, { strict: false });
const indicators = app.get(HealthIndicatorService, { strict: false });

async function check(what, indicator) {
  const seen = await health.check([() => indicators.check('database').up(), indicator]).then(
    (result) => `200 ${JSON.stringify(result.details)}`,
    (error) => (error instanceof HttpException ? `${error.getStatus()} ${JSON.stringify(error.getResponse().details)}` : `500 ${error.message}`),
  );
  console.log(what, '->', seen);
  return seen;
}

assert.match(await check('down', () => indicators.check('lease').down()), /^503 .*database/);
assert.match(await check('throws', () => { throw new Error('no answer'); }), /^500 no answer$/);
assert.match(await check('a field named status', () => indicators.check('lease').up({ status: 'follower' })), /^500 .*reserved/);
const unknown = await check('an unknown status', () => ({ lease: { status: 'follower' } }));
assert.match(unknown, /^200 /);
assert.doesNotMatch(unknown, /lease/);
await app.close();
JS
