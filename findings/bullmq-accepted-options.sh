#!/usr/bin/env bash
# What BullMQ 6.7.0 accepts and does not do.
#
# A good engineer would guess: ioredis' keyPrefix is refused wherever it is given, or works; and a job added with {
# repeat } either repeats or is refused.
# What happens: a client with a keyPrefix is refused, but options with one are accepted. Half of the keys then carry
# the prefix and the job itself does not, so the queue counts one job and lists none. And { repeat } runs once, in
# silence.
#
# Why it matters: the prefix is what keeps applications on one Redis apart, and repetition is what a schedule is. Jobs
# added in these ways look alive in the log and are not.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
redis=$(command -v redis-server || echo "$here/../.cache/redis-server/bin/redis-server")
[ -x "$redis" ] || { echo 'redis-server is needed: on PATH, or in .cache after one "npm test"' >&2; exit 2; }
work=$(mktemp -d)
server=
clean_up() {
  if [ -n "$server" ]; then kill "$server" && wait "$server" || true; fi
  rm -rf "$work"
}
trap clean_up EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts bullmq@6.7.0 ioredis@6.0.0
"$redis" --version | cut -d' ' -f1-3
"$redis" --port 0 --unixsocket "$work/redis.sock" --save '' --dir "$work" >"$work/redis.log" &
server=$!
for _ in $(seq 100); do [ -S "$work/redis.sock" ] && break; sleep 0.1; done

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Queue, Worker } from 'bullmq';
import Redis from 'ioredis';

console.log('bullmq', JSON.parse(readFileSync('node_modules/bullmq/package.json', 'utf8')).version);
const options = { path: 'redis.sock', maxRetriesPerRequest: null };
const admin = new Redis(options);

function expect(what, seen, wanted) {
  console.log(what, '->', seen);
  assert.deepEqual(seen, wanted);
}

const prefixed = new Redis({ ...options, keyPrefix: 'app:' });
assert.throws(() => new Queue('mail', { connection: prefixed }), (error) => {
  console.log('a client with a keyPrefix ->', error.message);
  return /prefix/.test(error.message);
});

const queue = new Queue('mail', { connection: { ...options, keyPrefix: 'app:' } });
await queue.add('letter', {});
expect('options with a keyPrefix: keys of the job', await admin.keys('*:mail:1'), ['bull:mail:1']);
expect('keys of its waiting list', await admin.keys('*:mail:wait'), ['app:bull:mail:wait']);
expect('jobs counted', await queue.getWaitingCount(), 1);
expect('jobs listed', (await queue.getJobs(['waiting'])).length, 0);

const repeating = new Queue('beat', { connection: options });
let runs = 0;
const worker = new Worker('beat', async () => { runs += 1; }, { connection: options });
await repeating.add('tick', {}, { repeat: { every: 200 } });
await new Promise((resolve) => setTimeout(resolve, 3_000));
expect('runs of { repeat: { every: 200 } } within 3 s', runs, 1);

await worker.close();
await repeating.close();
await queue.close();
for (const client of [admin, prefixed]) client.disconnect();
JS
