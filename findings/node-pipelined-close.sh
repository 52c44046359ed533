#!/usr/bin/env bash
# A pipelined HTTP request whose client leaves, on Node 20.20.2 (Node 24.21 behaves as guessed).
#
# A good engineer would guess: when a connection closes, every response on it emits "close", so that is the place to
# clean up.
# What happens: the response that is being sent does; one that is queued behind it never does, although it was written
# to. Only the request of the second one emits "close".
#
# Why it matters: a stream of events (who leads now) that unsubscribes on the response's "close" keeps its
# subscription for ever if a client or proxy pipelined the request.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund node@20.20.2

node_modules/.bin/node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';

console.log('Node', process.version);
const closed = [];
const server = createServer((request, response) => {
  request.on('close', () => closed.push(`request ${request.url}`));
  response.on('close', () => closed.push(`response ${response.req.url}`));
  response.write('data: hello\n\n');
  if (request.url === '/second') setTimeout(() => client.destroy(), 100);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const client = connect(server.address().port, '127.0.0.1');
client.write(['/first', '/second'].map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
await once(client, 'close');
await new Promise((resolve) => setTimeout(resolve, 2_000));
console.log('closed within 2 s:', closed.sort().join(', '));
assert.deepEqual(closed, ['request /first', 'request /second', 'response /first']);
server.close();
JS
