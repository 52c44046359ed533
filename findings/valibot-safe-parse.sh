#!/usr/bin/env bash
# What valibot 1.5.0's safeParse() does with options that come from somebody else's code.
#
# A good engineer would guess: safeParse() never throws, strictObject() names every key that it does not know, and the
# text of an issue can be shown to anybody.
# What happens: safeParse() throws what a getter throws, and a TypeError where a value has no readable prototype, also
# if its field is refused anyway. strictObject() names the first unknown key and no other. The message of an issue
# quotes the value that came.
#
# Why it matters: a schema checks what cannot be trusted yet. Whoever calls safeParse() to get a list of problems has
# no try around it, tells users of one mistake at a time, and logs the password that was in the wrong place.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts valibot@1.5.0

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';

console.log('valibot', JSON.parse(readFileSync('node_modules/valibot/package.json', 'utf8')).version);

function expect(what, seen, wanted) {
  console.log(what, '->', seen);
  assert.deepEqual(seen, wanted);
}
function outcomeOf(parse) {
  try {
    return parse().success ? 'success' : 'issues';
  } catch (error) {
    return `throws ${error.message}`;
  }
}

const schema = v.object({ retries: v.number() });
const getter = { get retries() { throw new Error('from the getter'); } };
expect('a field whose getter throws', outcomeOf(() => v.safeParse(schema, getter)), 'throws from the getter');

const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
const revoked = outcomeOf(() => v.safeParse(schema, { retries: proxy }));
expect('a field that is a revoked proxy', revoked.split(' ')[0], 'throws');

const strict = v.safeParse(v.strictObject({ retries: v.number() }), { retries: 1, retry: 2, delay: 3 });
expect('unknown keys that are named, of two', strict.issues.map(({ path }) => path[0].key), ['retry']);

const [issue] = v.safeParse(v.object({ port: v.number() }), { port: 'redis://:hunter2@example.test' }).issues;
expect('the message quotes what came', issue.message.includes('hunter2'), true);
JS
