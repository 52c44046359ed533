import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

/** A value from a file, and the type that it should have. */
export interface TypedValue {
  /** The package, or part of one, that has the type. */
  readonly module: string;
  readonly type: string;
  readonly value: unknown;
}

/**
 * What the compiler says of values that are written out as literals of their types: so it sees keys that the types do not have, which most
 * JSON schemas let pass.
 *
 * @param folder where the literals are written; inside the repository, so that packages are found by their names
 */
export function problemsOfTypes(folder: string, values: readonly TypedValue[]): readonly string[] {
  const files = values.map(({ module, type, value }, index) => {
    const file = join(folder, `${index}-${type}.ts`);
    const literal = JSON.stringify(value, null, 2);
    writeFileSync(
      file,
      `import type { ${type} } from '${module}';\nexport const value: ${type} = ${literal};\n`,
    );
    return file;
  });
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', ts.sys.readFile).config,
    ts.sys,
    resolve('.'),
  );
  return ts
    .getPreEmitDiagnostics(ts.createProgram(files, options))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
