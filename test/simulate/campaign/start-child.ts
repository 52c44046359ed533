import { fileURLToPath } from 'node:url';
import { startProcess, type StartedProcess } from '../../support/processes.js';

/**
 * Lets a process of its own do a task: it is given JSON and answers with one line of JSON for each report.
 * @param program beside this file
 */
export function startChild<Task, Report>(
  program: string,
  task: Task,
  onReport: (report: Report) => void,
): Promise<StartedProcess> {
  const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));
  return startProcess(
    process.execPath,
    // Histories leave much behind and keep nothing: a large nursery makes for few collections.
    [
      '--max-semi-space-size=32',
      '--import',
      pathOf('../../support/typescript.mjs'),
      pathOf(program),
      JSON.stringify(task),
    ],
    {
      onLine: ({ stream, text }) => {
        if (stream === 'stdout') onReport(JSON.parse(text) as Report);
      },
    },
  );
}

/** @throws Error with what it wrote, if it did not end well. */
export async function ended(child: StartedProcess): Promise<void> {
  const { code, signal } = await child.exited;
  if (code === 0 || signal === 'SIGKILL') return;
  throw new Error(
    `A process of the simulation ended with ${signal ?? `code ${code}`}:\n${child.output.slice(-4_000)}`,
  );
}
