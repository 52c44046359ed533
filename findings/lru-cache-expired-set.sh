#!/usr/bin/env bash
# noUpdateTTL in lru-cache 11.5.3.
#
# A good engineer would guess: noUpdateTTL keeps a live entry's age when its value is replaced; an entry that has
# expired is gone, so setting it makes a new one, with a new age.
# What happens: an expired entry that nobody has read is still there and keeps its age. set() stores the value, and
# the get() after it finds nothing, having removed the entry. The set() after that is kept.
#
# Why it matters: a small cache of "who leads" that is refilled on a timer, not on a miss, is empty every second time.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts lru-cache@11.5.3

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { LRUCache } from 'lru-cache';

console.log('lru-cache', JSON.parse(readFileSync('node_modules/lru-cache/package.json', 'utf8')).version);
let now = 1;
const cache = new LRUCache({ max: 10, ttl: 100, ttlResolution: 0, noUpdateTTL: true, perf: { now: () => now } });
cache.set('leader', 'a');
now = 201;
cache.set('leader', 'b');
const first = cache.get('leader');
cache.set('leader', 'c');
const second = cache.get('leader');
console.log('set after expiry, then get ->', first, '| set again, then get ->', second);
assert.equal(first, undefined);
assert.equal(second, 'c');
JS
