import { type Line } from '../support/processes.js';

const reset = '\u001B[0m';
const bold = '\u001B[1m';
const colours = ['\u001B[36m', '\u001B[35m', '\u001B[33m', '\u001B[32m'];
const alarm = '\u001B[31m';

/** Whether the terminal shows colours: it is one, or the environment insists, and nobody objects. */
export const hasColours = (): boolean =>
  !process.env['NO_COLOR'] && (Boolean(process.env['FORCE_COLOR']) || process.stdout.isTTY);

/** One voice in the terminal: a replica with its colour, or the narrator. */
export class Voice {
  constructor(
    private readonly name: string,
    private readonly colour: string,
    private readonly write: (text: string) => void = (text) => void process.stdout.write(`${text}\n`),
    private readonly coloured = hasColours(),
  ) {}

  static ofReplica(name: string, index: number): Voice {
    return new Voice(name, colours[index % colours.length]!);
  }

  static ofNarrator(): Voice {
    return new Voice('', bold);
  }

  say(text: string, urgent = false): void {
    const prefix = this.name === '' ? '' : `${this.name} │ `;
    this.write(
      this.coloured ? `${this.colour}${prefix}${urgent ? alarm : ''}${text}${reset}` : `${prefix}${text}`,
    );
  }
}

/** What Nest says while it starts, which would bury the lines that matter. */
const noise = new Set([
  ...['NestFactory', 'NestApplication', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'ApiKey'],
]);

/** `[Nest] 4711  - 11/22/2026, 10:29:26 AM     LOG [Context] Message +3ms` */
const logLine =
  /^\[Nest\] \d+ .*? (LOG|WARN|ERROR|DEBUG|VERBOSE|FATAL) (?:\[([^\]]+)\] )?(.*?)(?: \+\d+ms)?$/;

export interface Message {
  readonly text: string;
  /** A warning or an error. */
  readonly urgent: boolean;
}

/** The message in a line of Nest's logger, other lines as they are; undefined for what a spectator need not see. */
export function messageOf({ text, stream }: Pick<Line, 'text' | 'stream'>): Message | undefined {
  const parts = logLine.exec(text);
  if (!parts) return text.trim() === '' ? undefined : { text, urgent: stream === 'stderr' };
  const [, level, context, message] = parts as unknown as [string, string, string | undefined, string];
  const urgent = level === 'WARN' || level === 'ERROR' || level === 'FATAL';
  if (!urgent && context !== undefined && noise.has(context)) return undefined;
  return { text: message, urgent };
}
