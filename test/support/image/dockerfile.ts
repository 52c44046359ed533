export interface Instruction {
  readonly keyword: string;
  /** What follows the keyword and its flags, on one line. */
  readonly text: string;
  /** `--from=build` as `{ from: 'build' }`. */
  readonly flags: Readonly<Record<string, string>>;
}

export interface Stage {
  /** The name after AS; the number of the stage if it has none. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** Reads the part of the Dockerfile syntax that this project uses: no heredocs, no parser directives, no ARG. */
export function parseDockerfile(source: string): Stage[] {
  const stages: { name: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(source)) {
    if (instruction.keyword === 'FROM') {
      const name = / AS (\S+)$/i.exec(instruction.text)?.[1] ?? String(stages.length);
      stages.push({ name, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage) throw new Error(`A Dockerfile begins with FROM, not with ${instruction.keyword}.`);
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

/** `CMD ["node", "main.js"]` as an array. Only this form starts the program without a shell in between. */
export function execForm(text: string): string[] {
  const list: unknown = JSON.parse(text.trim());
  if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  throw new Error(`Expected a JSON array of strings, received ${text}`);
}

function instructionsOf(source: string): Instruction[] {
  return source
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, keyword, flags, text] = /^\s*(\w+)\s+((?:--\S+\s+)*)(.*)$/.exec(line) as unknown as string[];
      return {
        keyword: keyword!.toUpperCase(),
        text: text!.trim(),
        flags: Object.fromEntries(
          [...flags!.matchAll(/--([\w-]+)=(\S+)/g)].map(([, name, value]) => [name!, value!]),
        ),
      };
    });
}
