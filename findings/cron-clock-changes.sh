#!/usr/bin/env bash
# cron 4.4.0 (the package under @nestjs/schedule) on the nights when the clocks change.
#
# A good engineer would guess: a daily job runs once a day, whatever the clocks do; a time that the spring night
# leaves out runs at one fixed place, the same in every zone; and two patterns that name the same minutes of the
# repeated hour treat it alike.
# What happens: a daily job near the autumn change runs two times (New York, Cairo) or three (Lord Howe, whose clocks
# move by half an hour). Near Lord Howe's spring change it runs twice. A time in the gap runs at 03:00 in New York and
# at 03:30 in Sydney. An hourly job gets an extra run in New York's spring night. And a repeated hour is run once if
# the pattern's range of hours ends with it, but twice if the range goes on by an hour.
#
# Why it matters: an elected schedule promises one run per slot. The election cannot help if the slots themselves come
# twice; jobs near a change need to be idempotent per local day, or run in UTC.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts cron@4.4.0 luxon@3.7.2

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CronTime } from 'cron';

console.log('cron', JSON.parse(readFileSync('node_modules/cron/package.json', 'utf8')).version, 'on Node', process.version);

function runs(pattern, zone, from, until) {
  const time = new CronTime(pattern, zone);
  const seen = [];
  for (let at = time.getNextDateFrom(new Date(from), zone); at.toJSDate() < new Date(until); at = time.getNextDateFrom(at.toJSDate(), zone)) {
    seen.push(at.toFormat('dd HH:mm ZZ'));
  }
  return seen;
}

function expect(what, pattern, zone, from, until, wanted) {
  const seen = runs(pattern, zone, from, until);
  console.log(`${what}: "${pattern}" in ${zone} runs at ${seen.join(', ')}`);
  assert.deepEqual(seen, wanted);
}

const autumn = ['2026-11-01T04:00:00Z', '2026-11-02T04:59:00Z'];
expect('autumn, daily', '30 2 * * *', 'America/New_York', ...autumn, ['01 01:30 -05:00', '01 02:30 -05:00']);
expect('autumn, daily', '0 0 * * *', 'Africa/Cairo', '2026-10-29T12:00:00Z', '2026-10-30T12:00:00Z', ['29 23:00 +02:00', '30 00:00 +02:00']);
expect('autumn, daily', '30 2 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00:00Z', '2026-04-05T12:00:00Z', ['05 01:30 +11:00', '05 01:30 +10:30', '05 02:30 +10:30']);
expect('autumn, hours 0 and 1', '0 0-1 * * *', 'America/New_York', '2026-11-01T03:59:00Z', '2026-11-01T08:59:00Z', ['01 00:00 -04:00', '01 01:00 -04:00']);
expect('autumn, hours 0 to 2', '0 0-2 * * *', 'America/New_York', '2026-11-01T03:59:00Z', '2026-11-01T07:59:00Z', ['01 00:00 -04:00', '01 01:00 -04:00', '01 01:00 -05:00', '01 02:00 -05:00']);
expect('spring, daily', '15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:59:00Z', '2026-10-04T12:59:00Z', ['04 01:45 +10:30', '04 02:45 +11:00']);
expect('spring, in the gap', '30 2 * * *', 'America/New_York', '2026-03-08T05:00:00Z', '2026-03-09T03:59:00Z', ['08 03:00 -04:00']);
expect('spring, in the gap', '30 2 * * *', 'Australia/Sydney', '2026-10-03T14:00:00Z', '2026-10-04T12:59:00Z', ['04 03:30 +11:00']);
expect('spring, hourly', '30 * * * *', 'America/New_York', '2026-03-08T06:00:00Z', '2026-03-08T08:00:00Z', ['08 01:30 -05:00', '08 03:00 -04:00', '08 03:30 -04:00']);
JS
