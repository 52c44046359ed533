#!/usr/bin/env bash
# Columns of numbers without a declared type in hyparquet-writer 0.17.0.
#
# A good engineer would guess: the writer looks at all values and picks a type that holds them; a column of
# milliseconds since 1970 is written as 64-bit integers or doubles.
# What happens: integers are taken for 32 bits, and the first one above 2^31 - 1 is an error, though one fraction
# anywhere in the column makes the same numbers doubles that are written. With type INT64 numbers are refused: it
# takes bigint only.
#
# Why it matters: counters and time stamps of a run outgrow 31 bits in production, not in the test; an export that has
# worked for months fails with its first large number.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts hyparquet-writer@0.17.0 hyparquet@1.33.0

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

console.log('hyparquet-writer', JSON.parse(readFileSync('node_modules/hyparquet-writer/package.json', 'utf8')).version);

async function roundTrip(what, column, wanted) {
  let seen;
  try {
    const file = parquetWriteBuffer({ columnData: [{ name: 'at', ...column }] });
    seen = (await parquetReadObjects({ file })).map(({ at }) => String(at)).join(' ');
  } catch (error) {
    seen = `refused: ${error.message}`;
  }
  console.log(what, '->', seen);
  assert.match(seen, wanted);
}

const at = 1_790_000_000_000;
await roundTrip('a small integer', { data: [5] }, /^5$/);
await roundTrip('a time stamp', { data: [at] }, /^refused: .*int32/);
await roundTrip('a time stamp and a fraction', { data: [at, 0.5] }, /^1790000000000 0.5$/);
await roundTrip('a time stamp as INT64', { data: [at], type: 'INT64' }, /^refused: .*bigint/);
await roundTrip('a bigint as INT64', { data: [BigInt(at)], type: 'INT64' }, /^1790000000000$/);
JS
