#!/usr/bin/env bash
# Structured fields in the ConsoleLogger of Nest 12.5.1 with { json: true }.
#
# A good engineer would guess: log('took over', { lease, term }) writes lease and term beside message, as other JSON
# loggers do, and log({ message, lease }) is one more way to say it. With flattenParams, a field is either written or
# refused.
# What happens: the fields are under "params"; an object in first place becomes the message, so that the text is at
# message.message. With flattenParams a field whose name the logger uses itself (level, pid, message, ...) is dropped
# in silence.
#
# Why it matters: queries and alerts on "who leads, in which term" look for fields that are somewhere else, or gone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts @nestjs/common@12.5.1 reflect-metadata@0.2.2 rxjs@7.8.2

cat >log.mjs <<'JS'
import 'reflect-metadata';
import { ConsoleLogger } from '@nestjs/common';

const plain = new ConsoleLogger({ json: true });
plain.log('took over', { lease: 'prices', pid: 'other' });
plain.log({ message: 'took over', lease: 'prices' });
new ConsoleLogger({ json: true, flattenParams: true }).log('took over', { lease: 'prices', pid: 'other' });
JS
node log.mjs >lines

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

console.log('@nestjs/common', JSON.parse(readFileSync('node_modules/@nestjs/common/package.json', 'utf8')).version);
const lines = readFileSync('lines', 'utf8').trim().split('\n').map((line) => JSON.parse(line));
for (const line of lines) console.log(JSON.stringify({ ...line, timestamp: 0, pid: typeof line.pid }));
const [params, object, flat] = lines;
assert.equal(params.lease, undefined);
assert.equal(params.params.lease, 'prices');
assert.deepEqual(object.message, { message: 'took over', lease: 'prices' });
assert.equal(flat.lease, 'prices');
assert.equal(typeof flat.pid, 'number');
JS
