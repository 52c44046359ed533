#!/usr/bin/env bash
# events.getMaxListeners() of an AbortSignal on Node 20.20.2 (Node 24.21 behaves as guessed).
#
# A good engineer would guess: it gives back what events.setMaxListeners() took, 0 ("no limit") included.
# What happens: after 0 it throws a TypeError which says that an AbortSignal is not an EventTarget; after 5 it answers
# 5.
#
# Why it matters: a term's signal has a listener for each call made in the term, so its limit is lifted with 0. A
# helper that reads the limit in order to raise it then fails on exactly the signals that need no help.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund node@20.20.2

node_modules/.bin/node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { getMaxListeners, setMaxListeners } from 'node:events';

console.log('Node', process.version);
const { signal } = new AbortController();
setMaxListeners(5, signal);
console.log('after 5:', getMaxListeners(signal));
assert.equal(getMaxListeners(signal), 5);
setMaxListeners(0, signal);
assert.throws(() => getMaxListeners(signal), (error) => {
  console.log('after 0:', error.name, error.code, error.message);
  return error instanceof TypeError && error.code === 'ERR_INVALID_ARG_TYPE';
});
JS
