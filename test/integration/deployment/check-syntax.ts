import { repository } from '../../support/deployment.js';
import { findProgram } from '../../support/find-program.js';
import { startProcess } from '../../support/processes.js';

/** Programs whose commands have no fleet to act upon here: only their syntax can be checked, by themselves. */
export const OTHERS = ['kubectl', 'docker', 'aws', '.docker/rolling-restart'];

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';

/**
 * What a program says against a command line: nothing if it takes it, or if it is not installed here, which is told once.
 *
 * kubectl and docker read all options before they print the help that is asked for at the end. The AWS command line checks all parameters
 * before it connects, to nowhere in this case.
 */
export async function checkSyntax(line: string): Promise<readonly string[]> {
  const [command] = line.split(' | ') as [string];
  const [program = '', subcommand = ''] = command.split(' ');
  if (program.startsWith('.')) return [];
  if (
    !findProgram({ command: program, variable: '', debian: [], brew: '' }) ||
    !(await isThere(program, subcommand))
  ) {
    tellOnce(`${program} ${program === 'docker' ? subcommand : ''}`.trim());
    return [];
  }
  if (program === 'aws') {
    const { output } = await run(command);
    return output.includes('Could not connect to the endpoint URL') ? [] : [`${command}\n${output}`];
  }
  const { code, output } = await run(`${command} --help`);
  return code === 0 ? [] : [`${command}\n${output}`];
}

/** Compose is a plugin, without which docker prints its own help, and ends well. */
async function isThere(program: string, subcommand: string): Promise<boolean> {
  return program !== 'docker' || subcommand !== 'compose' || (await run('docker compose version')).code === 0;
}

const told = new Set<string>();

function tellOnce(program: string): void {
  if (told.has(program)) return;
  told.add(program);
  console.warn(`${program} is not installed: its commands in the runbook are not checked here`);
}

async function run(line: string): Promise<{ code: number | null; output: string }> {
  const shell = await startProcess('sh', ['-c', line], {
    cwd: repository,
    env: {
      TARGET_GROUP: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/app/0123456789abcdef',
      AWS_ENDPOINT_URL: NOWHERE,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
      AWS_MAX_ATTEMPTS: '1',
    },
  });
  const { code } = await shell.exited;
  return { code, output: shell.output };
}
