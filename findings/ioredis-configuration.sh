#!/usr/bin/env bash
# Mistakes of configuration that ioredis 6.0.0 takes without a word.
#
# A good engineer would guess: a client whose database does not exist fails its commands; an option that does not
# exist (url) is refused; and a script defined with defineCommand needs one fixed set of rights.
# What happens: the failed SELECT is an "error" event only; the client becomes ready and works on database 0. { url }
# is ignored, and the client connects to localhost. Where ACL rules deny EVALSHA, the first call of a script succeeds
# (it is sent as EVAL) and all later calls fail.
#
# Why it matters: two deployments that were meant to be apart share database 0 and its leases, so that one never
# leads; and a replica with too few rights wins an election with the first call and cannot renew with the second.
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
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts ioredis@6.0.0
"$redis" --version | cut -d' ' -f1-3
"$redis" --port 0 --unixsocket "$work/redis.sock" --save '' --dir "$work" >"$work/redis.log" &
server=$!
for _ in $(seq 100); do [ -S "$work/redis.sock" ] && break; sleep 0.1; done

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import Redis from 'ioredis';

const path = 'redis.sock';
const admin = new Redis({ path });
const answer = (reply) => reply.then(String, (error) => `refused: ${error.message}`);

function expect(what, seen, wanted) {
  console.log(what, '->', seen);
  assert.match(String(seen), wanted);
}

const astray = new Redis({ path, db: 99 });
const events = [];
astray.on('error', (error) => events.push(error.message));
expect('SET on database 99 of 16', await answer(astray.set('astray', '1')), /^OK$/);
expect('the error event', events.join(), /DB index is out of range/);
expect('the same key in database 0', await admin.get('astray'), /^1$/);

const { host, port } = new Redis({ url: 'redis://redis.example:7000', lazyConnect: true }).options;
expect("new Redis({ url: 'redis://redis.example:7000' }) connects to", `${host}:${port}`, /^localhost:6379$/);

await admin.acl('SETUSER', 'app', 'on', '>secret', '~*', '+@all', '-evalsha');
const app = new Redis({ path, username: 'app', password: 'secret' });
app.defineCommand('look', { numberOfKeys: 1, lua: "return redis.call('GET', KEYS[1])" });
expect('the first call of a script without the right to EVALSHA', await answer(app.look('astray')), /^1$/);
expect('the second call', await answer(app.look('astray')), /refused: NOPERM .*evalsha/);

for (const client of [admin, astray, app]) client.disconnect();
JS
