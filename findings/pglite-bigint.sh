#!/usr/bin/env bash
# Columns of type int8 in @electric-sql/pglite 0.5.16.
#
# A good engineer would guess: one column has one type in JavaScript: always a string (as in pg) or always a bigint.
# What happens: the type depends on the value. Up to 2^53 - 1 it is a number, above it a bigint, row by row; count(*)
# and sum() of integers as well. sum() of an int8 column is a string.
#
# Why it matters: fencing tokens and terms are int8. Comparing (===), adding and JSON.stringify work for years of
# small values and fail with the first large one; and tests on pglite pass where pg hands out strings.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts @electric-sql/pglite@0.5.16

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';

console.log('pglite', JSON.parse(readFileSync('node_modules/@electric-sql/pglite/package.json', 'utf8')).version);
const database = new PGlite();
const { rows } = await database.query('SELECT term FROM (VALUES (5::int8), (9007199254740991), (9007199254740993)) AS t (term)');
const types = rows.map(({ term }) => typeof term);
console.log('one int8 column ->', rows.map(({ term }) => `${term} (${typeof term})`).join(', '));
assert.deepEqual(types, ['number', 'number', 'bigint']);
const sums = await database.query('SELECT count(*) AS count, sum(term::int4) AS sum4, sum(term) AS sum8 FROM (VALUES (5::int8)) AS t (term)');
const sumTypes = Object.fromEntries(Object.entries(sums.rows[0]).map(([name, value]) => [name, typeof value]));
console.log('aggregates ->', sumTypes);
assert.deepEqual(sumTypes, { count: 'number', sum4: 'number', sum8: 'string' });
await database.close();
JS
