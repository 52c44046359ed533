#!/usr/bin/env bash
# cron-parser 5.10.3 (the package behind BullMQ's job schedulers) on the nights when the clocks change.
#
# A good engineer would guess: a time that the spring night leaves out is moved, as it is in New York (02:30 becomes
# 03:30), so that a daily job runs every day; and "every half hour of hours 0 and 1" covers the repeated hour as a
# whole.
# What happens: where the clocks move by half an hour (Lord Howe) the daily job is left out on that day, without a
# word. And the repeated hour is run once if it is the last of the pattern's range, though other patterns run it
# twice.
#
# Why it matters: it is the opposite of what the cron package does in the same nights, so a schedule that moves from
# one scheduler to another gains or loses runs with its pattern unchanged.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts cron-parser@5.10.3 luxon@3.7.2

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import parser from 'cron-parser';

console.log('cron-parser', JSON.parse(readFileSync('node_modules/cron-parser/package.json', 'utf8')).version, 'on Node', process.version);

function expect(pattern, tz, from, until, wanted) {
  const dates = (parser.CronExpressionParser ?? parser).parse(pattern, { tz, currentDate: new Date(from) });
  const seen = [];
  for (let at = dates.next(); at.toDate() < new Date(until); at = dates.next()) seen.push(at.toDate().toISOString().slice(0, 16));
  console.log(`"${pattern}" in ${tz}, from ${from} to ${until}, runs at (UTC) ${seen.join(', ') || 'no time'}`);
  assert.deepEqual(seen, wanted);
}

expect('30 2 * * *', 'America/New_York', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z', ['2026-03-08T07:30']);
// The whole local 4 October, between the runs of the 3rd and of the 5th.
expect('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T13:30:00Z', '2026-10-04T13:00:00Z', []);
const night = ['2026-11-01T03:59:00Z', '2026-11-01T06:59:00Z'];
expect('*/30 0-1 * * *', 'America/New_York', ...night, ['2026-11-01T04:00', '2026-11-01T04:30', '2026-11-01T05:00', '2026-11-01T05:30']);
expect('*/30 * * * *', 'America/New_York', ...night, ['2026-11-01T04:00', '2026-11-01T04:30', '2026-11-01T05:00', '2026-11-01T05:30', '2026-11-01T06:00', '2026-11-01T06:30']);
JS
