// Plays `docker` for .docker/rolling-restart: containers are names in a file, and what it is asked for is written down. What it does not know
// it refuses, as docker does.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const { DOCKER_STATE: state, DOCKER_CALLS: calls } = process.env;
const asked = process.argv.slice(2).join(' ');
appendFileSync(calls, `${asked}\n`);

const names = () => JSON.parse(readFileSync(state, 'utf8'));
const keep = (all) => writeFileSync(state, JSON.stringify(all));

const [, name] = /^(?:stop|rm) (\S+)$/.exec(asked) ?? [];
const [, size] =
  /^compose up --detach --wait --no-deps --no-recreate --scale app=(\d+) app$/.exec(asked) ?? [];

if (asked === 'compose ps --quiet app') process.stdout.write(`${names().join('\n')}\n`);
else if (asked.startsWith('stop ') && names().includes(name)) keep(names().filter((other) => other !== name));
else if (asked.startsWith('rm ') && !names().includes(name)) process.stdout.write(`${name}\n`);
else if (size !== undefined) {
  const missing = Array.from({ length: size - names().length }, (_, i) => `new-${process.pid}-${i}`);
  keep([...names(), ...missing]);
} else if (asked !== 'compose build app') {
  process.stderr.write(`unknown docker command: ${asked}\n`);
  process.exitCode = 125;
}
