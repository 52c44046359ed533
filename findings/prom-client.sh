#!/usr/bin/env bash
# Values that prom-client 15.1.3 takes, and what the page shows of them.
#
# A good engineer would guess: a histogram sorts its buckets or refuses unsorted ones; a summary with maxAgeSeconds
# forgets values of that age; a metric whose collect() throws is missing from the page, and the others are there; an
# error names the bad value.
# What happens: unsorted buckets give counts that cannot be (one observation is above 1 and counted as at most 1).
# maxAgeSeconds alone does nothing: it needs ageBuckets. One collect() that throws takes the whole page away. A label
# that is undefined is exported as "undefined". And the error about NaN says that undefined is not a number.
#
# Why it matters: a gauge that asks the lease store while a page is collected is the one that throws when the store is
# away, and then no metric says so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts prom-client@15.1.3

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';

console.log('prom-client', JSON.parse(readFileSync('node_modules/prom-client/package.json', 'utf8')).version);
const help = 'help';
const samples = async (registry) => (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
const show = (what, seen) => { console.log(what, '->', seen); return String(seen); };

const one = new Registry();
const histogram = new Histogram({ name: 'h', help, buckets: [2, 1], registers: [one] });
histogram.observe(1.5);
assert.match(show('1.5 in buckets [2, 1]', await samples(one)), /h_bucket\{le="1"\} 1/);
assert.throws(() => histogram.observe(NaN), (error) => /undefined/.test(show('NaN', error.message)));

const two = new Registry();
const ages = { help, percentiles: [0.5], registers: [two] };
new Summary({ ...ages, name: 'kept', maxAgeSeconds: 1 }).observe(5);
new Summary({ ...ages, name: 'aged', maxAgeSeconds: 1, ageBuckets: 2 }).observe(5);
await new Promise((resolve) => setTimeout(resolve, 2_500));
const aged = show('summaries after 2.5 s', await samples(two));
assert.match(aged, /kept\{quantile="0.5"\} 5/);
assert.match(aged, /aged\{quantile="0.5"\} 0/);

const three = new Registry();
new Counter({ name: 'c', help, labelNames: ['lease'], registers: [three] }).inc({ lease: undefined });
assert.match(show('a label that is undefined', await samples(three)), /lease="undefined"/);
new Gauge({ name: 'g', help, registers: [three], collect: () => { throw new Error('store away'); } });
await assert.rejects(three.metrics(), (error) => /store away/.test(show('the page with a collect() that throws', error.message)));
JS
