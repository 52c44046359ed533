import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const SOURCES = resolve('libs/background-services/src');

/** What an app cannot do without: everything else is for those who look closer. */
const NEEDED = [
  'BackgroundServicesModule',
  'LeaderElected',
  'Continuous',
  'Iteration',
  'BackgroundService',
  'BackgroundServiceManager',
  'BackgroundHealthIndicator',
];

describe('The entries of the package', () => {
  it('show an app what it needs, and no more than can be read', async () => {
    const names = await namesOf('index.ts');
    expect(names).toEqual(expect.arrayContaining(NEEDED));
    expect(names.length).toBeLessThanOrEqual(60);
  });

  it('share no name', async () => {
    const entries = ['index.ts', 'entries/fleet.ts', 'entries/store.ts', 'tracing/index.ts'];
    const names = (await Promise.all(entries.map(namesOf))).flat();
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

/** The names that a module exports, types and values, with those of the modules that it hands on whole. */
async function namesOf(file: string): Promise<string[]> {
  const path = join(SOURCES, file);
  const { statements } = ts.createSourceFile(path, await readFile(path, 'utf8'), ts.ScriptTarget.Latest);
  const names: string[] = [];
  for (const statement of statements) {
    if (ts.isExportDeclaration(statement)) names.push(...(await namesHandedOn(statement, dirname(file))));
    else if (isExported(statement) && 'name' in statement) names.push((statement.name as ts.Identifier).text);
  }
  return names;
}

function namesHandedOn({ exportClause, moduleSpecifier }: ts.ExportDeclaration, folder: string) {
  if (exportClause && ts.isNamedExports(exportClause))
    return exportClause.elements.map(({ name }) => name.text);
  const { text } = moduleSpecifier as ts.StringLiteral;
  return namesOf(join(folder, text.replace(/\.js$/, '.ts')));
}

function isExported(statement: ts.Statement): boolean {
  return (ts.getCombinedModifierFlags(statement as ts.DeclarationStatement) & ts.ModifierFlags.Export) !== 0;
}
