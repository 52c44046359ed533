#!/usr/bin/env bash
# Abort signals in cockatiel 3.2.1.
#
# A good engineer would guess: aborting the signal given to execute() ends a retry at once, also while it waits
# between two attempts; nothing is called after that; and with a signal that is aborted already nothing is called at
# all.
# What happens: the wait goes on to its end, and then the function is called once more. With a signal that is aborted
# already it is called once. A call queued in a bulkhead is not called, but is rejected only when its turn comes.
#
# Why it matters: the signal of a lost lease is what stops the work. Here the work is called again after the loss,
# later by a whole back-off, when another replica leads. The function has to look at the signal itself, first thing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts cockatiel@3.2.1

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { bulkhead, ConstantBackoff, handleAll, retry } from 'cockatiel';

console.log('cockatiel', JSON.parse(readFileSync('node_modules/cockatiel/package.json', 'utf8')).version);

async function run(what, policy, signal, fails = true) {
  const started = performance.now();
  let calls = 0;
  await policy.execute(() => { calls += 1; if (fails) throw new Error('refused'); }, signal).catch(() => {});
  const took = Math.round(performance.now() - started);
  console.log(`${what}: ${calls} call(s), settled after ${took} ms`);
  return { calls, took };
}
const abortedAfter = (ms) => { const controller = new AbortController(); setTimeout(() => controller.abort(), ms); return controller.signal; };

const policy = retry(handleAll, { maxAttempts: 5, backoff: new ConstantBackoff(1_000) });
const waiting = await run('aborted after 50 ms, in a back-off of 1000 ms', policy, abortedAfter(50));
assert.equal(waiting.calls, 2);
assert.ok(waiting.took >= 950);
assert.equal((await run('aborted before', policy, AbortSignal.abort())).calls, 1);

const limit = bulkhead(1, 5);
const busy = limit.execute(() => new Promise((resolve) => setTimeout(resolve, 1_000)));
const queued = await run('aborted after 50 ms, queued for 1000 ms', limit, abortedAfter(50), false);
assert.equal(queued.calls, 0);
assert.ok(queued.took >= 900);
await busy;
JS
