#!/usr/bin/env bash
# What one pattern means to cron 4.4.0 and to croner 11.0.1.
#
# A good engineer would guess: both take the traditional syntax, so a pattern that both accept means the same days;
# weekdays "1/2" are Monday, Wednesday and Friday; and an empty time zone is the machine's, like one that is not
# given.
# What happens: "first of the month" with all weekdays written out (1-7) is monthly to cron (a field that covers
# everything counts as *) and daily to croner (only a written * does). "1/2" has Sunday in it in cron, because Sunday
# is also 7. And timeZone: '' is UTC in cron, while it is the machine's zone in croner.
#
# Why it matters: a preview or a catch-up computed by one library is wrong for jobs that the other one runs, and a
# time zone read from an environment variable that is set but empty moves every job by hours.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts cron@4.4.0 croner@11.0.1 luxon@3.7.2

TZ=Asia/Tokyo node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CronTime } from 'cron';
import { Cron } from 'croner';

for (const name of ['cron', 'croner']) console.log(name, JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version);

const start = new Date('2026-11-01T00:00:00Z');
const day = (date) => date.toISOString().slice(5, 10);
const byCron = (pattern) => {
  const time = new CronTime(pattern, 'UTC');
  const seen = [];
  for (let at = start; seen.length < 4; seen.push(at)) at = time.getNextDateFrom(at, 'UTC').toJSDate();
  return seen.map(day);
};
const byCroner = (pattern, options = {}) => new Cron(pattern, { timezone: 'UTC', ...options }).nextRuns(4, start).map(day);

function expect(what, seen, wanted) {
  console.log(what, '->', seen.join(', '));
  assert.deepEqual(seen, wanted);
}

expect('cron,   0 0 1 * 1-7', byCron('0 0 1 * 1-7'), ['12-01', '01-01', '02-01', '03-01']);
expect('croner, 0 0 1 * 1-7', byCroner('0 0 1 * 1-7'), ['11-02', '11-03', '11-04', '11-05']);
expect('cron,   0 0 */1 * 1', byCron('0 0 */1 * 1'), ['11-02', '11-09', '11-16', '11-23']);
expect('croner, 0 0 */1 * 1', byCroner('0 0 */1 * 1'), ['11-02', '11-03', '11-04', '11-05']);
expect('cron,   0 0 * * 1/2 (8 November is a Sunday)', byCron('0 0 * * 1/2'), ['11-02', '11-04', '11-06', '11-08']);
expect('croner, 0 0 * * 1/2, sloppyRanges', byCroner('0 0 * * 1/2', { sloppyRanges: true }), ['11-02', '11-04', '11-06', '11-09']);

const utcHour = (date) => [String(date.getUTCHours())];
expect("cron,   09:00, zone '',   machine in Tokyo, hour in UTC", utcHour(new CronTime('0 9 * * *', '').sendAt().toJSDate()), ['9']);
expect('cron,   09:00, no zone,   machine in Tokyo, hour in UTC', utcHour(new CronTime('0 9 * * *').sendAt().toJSDate()), ['0']);
expect("croner, 09:00, zone '',   machine in Tokyo, hour in UTC", utcHour(new Cron('0 9 * * *', { timezone: '' }).nextRun()), ['0']);
JS
