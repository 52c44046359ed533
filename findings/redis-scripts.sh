#!/usr/bin/env bash
# Scripts on Redis 7.0 (Debian's 7.0.15): memory, rights and time.
#
# A good engineer would guess: when memory is full, a script that calls SET is refused; a command that the user may
# not run is refused with NOPERM and its name, as outside of scripts; and a script sees one time from beginning to
# end, since it is atomic.
# What happens: SET is refused only as the script's first write. After a PEXPIRE or DEL, even of a key that does not
# exist, the same SET succeeds with memory full. A right that is missing is reported as ERR and names no command. And
# TIME moves on within one script (from 7.2 on it stands still).
#
# Why it matters: with memory full, a leader can renew (PEXPIRE first) and nobody new can acquire (SET first). Code
# that looks for NOPERM does not recognise a script that lacks a right. A script that reads TIME twice may contradict
# itself.
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
  assert.match(seen, wanted);
}

await admin.config('SET', 'maxmemory', '1');
const set = "return redis.call('SET', KEYS[1], 'x')";
const script = (before) => answer(admin.eval(before + set, 1, 'lease'));
expect('memory full: SET', await script(''), /^refused: OOM/);
expect('memory full: GET, then SET', await script("redis.call('GET', 'none') "), /^refused: OOM/);
expect('memory full: PEXPIRE of a missing key, then SET', await script("redis.call('PEXPIRE', 'none', 1) "), /^OK$/);
expect('memory full: DEL of a missing key, then SET', await script("redis.call('DEL', 'none') "), /^OK$/);
await admin.config('SET', 'maxmemory', '0');

await admin.acl('SETUSER', 'app', 'on', '>secret', '~*', '+@all', '-set');
const app = new Redis({ path, username: 'app', password: 'secret' });
expect('no right to SET, outside of a script', await answer(app.set('a', 'b')), /^refused: NOPERM .*'set'/);
expect('no right to SET, within a script', await answer(app.eval(set, 1, 'a')), /^refused: ERR (?!.*'set')/);

const [s1, us1, s2, us2] = await admin.eval(
  "local a = redis.call('TIME') for i = 1, 1000000 do end local b = redis.call('TIME') return {a[1], a[2], b[1], b[2]}",
  0,
);
const moved = (s2 - s1) * 1e6 + (us2 - us1);
console.log('TIME within one script moved by', moved, 'µs');
assert.ok(moved > 0);

for (const client of [admin, app]) client.disconnect();
JS
