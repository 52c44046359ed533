#!/usr/bin/env bash
# Shutdown of Nest 12.5.1 by a signal, with pino 10.4.0 (through nestjs-pino 5.2.1) as its logger.
#
# A good engineer would guess: pino's own default writes at once, so the lines of a graceful shutdown are in the log;
# and enableShutdownHooks() without arguments listens to the signals that end a process (SIGTERM, SIGINT, SIGHUP).
# What happens: the default destination is asynchronous, and Nest ends the process by sending the signal to itself
# again, for which no exit handler runs: the last line is lost. With { useProcessExit: true } it is there. And SIGUSR2
# is taken as well, so that a tool which uses that signal (for a heap snapshot, say) shuts the replica down.
#
# Why it matters: whether the leader handed its lease over is what the last lines say; and a heap snapshot of the
# leader is a change of leader.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts @nestjs/common@12.5.1 @nestjs/core@12.5.1 \
  nestjs-pino@5.2.1 pino-http@11.0.0 pino@10.4.0 reflect-metadata@0.2.2 rxjs@7.8.2

cat >app.mjs <<'JS'
import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Logger as PinoLogger, LoggerModule } from 'nestjs-pino';

const logger = new Logger('Lease');
class Lease {
  onModuleDestroy() { logger.log('stopping the work'); }
  onApplicationShutdown() { logger.log('lease handed over'); }
}
class App {}
Module({ imports: [LoggerModule.forRoot()], providers: [Lease] })(App);

const app = await NestFactory.createApplicationContext(App, { bufferLogs: true });
app.useLogger(app.get(PinoLogger));
if (process.argv[2] === 'signals') {
  app.enableShutdownHooks();
  const taken = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'].filter((signal) => process.listenerCount(signal) > 0);
  console.log('signals:', taken.join(' '));
  await app.close();
} else {
  app.enableShutdownHooks(['SIGTERM'], { useProcessExit: process.argv[2] === 'exit' });
  setInterval(() => {}, 1_000);
  setTimeout(() => process.kill(process.pid, 'SIGTERM'), 300);
}
JS

node -p "'Nest ' + require('@nestjs/core/package.json').version + ', pino ' + require('pino/package.json').version"
expect() { # what, the text, how often it is meant to be there, file
  local seen
  seen=$(grep -c "$2" "$4" || true)
  echo "$1: \"$2\" is there $seen time(s)"
  [ "$seen" = "$3" ]
}
# It is meant to die of the signal; bash would tell so.
{ node app.mjs again >again.log 2>&1 || true; } 2>/dev/null
node app.mjs exit >exit.log 2>&1
node app.mjs signals >signals.log 2>&1
expect 'signal sent again' 'stopping the work' 1 again.log
expect 'signal sent again' 'lease handed over' 0 again.log
expect 'process.exit' 'lease handed over' 1 exit.log
grep '^signals:' signals.log
expect 'enableShutdownHooks()' 'SIGUSR2' 1 signals.log
