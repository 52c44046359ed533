import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import typescript from 'typescript';
import { dependenciesOf, packageOf, privateWorkspaces } from './packages.mjs';

/**
 * Writes the types: into `cjs` all that the entries stand on, into `esm` one line an entry that hands them on. Two copies of a class with
 * private members would be two types.
 *
 * They stay one file a module: the interfaces that other packages add to have to be declared where they are exported from. What is taken from
 * a workspace that is never published becomes one more file.
 */
export async function writeDeclarations({ manifest, workspaces, modules, entries, dist }) {
  const taken = new Map();
  for (const [name, folder] of privateWorkspaces()) {
    const text = await takenFrom(name, { index: join(workspaces, folder, 'src/index.d.ts'), modules });
    if (!text) continue;
    const file = join(modules, `${folder}.d.ts`);
    writeFileSync(file, text);
    taken.set(name, file);
  }

  const cjs = join(dist, 'cjs');
  const seen = new Set();
  const copy = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = replaceSpecifiers(readFileSync(file, 'utf8'), (specifier) => {
      const found = taken.get(specifier) ?? fileBehind(specifier, file);
      if (!found) return assertInstalled(specifier, file, manifest);
      copy(found);
      return specifierOf(found, file);
    });
    write(join(cjs, relative(modules, file)), text);
  };
  for (const entry of entries) {
    copy(join(modules, `${entry}.d.ts`));
    const own = join(dist, 'esm', `${entry}.d.ts`);
    write(own, `export * from '${specifierOf(join(cjs, `${entry}.d.ts`), own)}';\n`);
  }
}

/** The types that the library takes from a workspace, and nothing else of it. */
async function takenFrom(workspace, { index, modules }) {
  const names = new Set(declarationsIn(modules).flatMap((file) => namesFrom(workspace, file)));
  if (names.size === 0) return undefined;
  const entry = join(modules, 'taken.d.ts');
  writeFileSync(entry, `export { ${[...names].join(', ')} } from '${index.replace(/\.d\.ts$/, '.js')}';\n`);
  const { generate, close } = await rollup({
    input: entry,
    // What is the library's own stays where it is.
    external: (id) =>
      !id.startsWith('.') && (!id.startsWith(sep) || (id.startsWith(modules + sep) && id !== entry)),
    plugins: [dts()],
  });
  const { output } = await generate({ paths: (id) => (id.startsWith(sep) ? specifierOf(id, entry) : id) });
  await close();
  return output[0].code;
}

function declarationsIn(modules) {
  const files = readdirSync(modules, { recursive: true }).filter((file) => file.endsWith('.d.ts'));
  return files.map((file) => join(modules, file));
}

function namesFrom(workspace, file) {
  const text = readFileSync(file, 'utf8');
  const lists = text.matchAll(new RegExp(`\\{([^{}]*)\\} from ['"]${workspace}['"]`, 'g'));
  const types = text.matchAll(new RegExp(`import\\(['"]${workspace}['"]\\)\\.(\\w+)`, 'g'));
  const listed = [...lists].flatMap(([, names]) => names.split(','));
  return [
    ...listed.map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/ as .*/, ''),
    ),
    ...[...types].map(([, name]) => name),
  ];
}

function fileBehind(specifier, from) {
  return specifier.startsWith('.') ? resolve(dirname(from), specifier.replace(/\.js$/, '.d.ts')) : undefined;
}

/** @throws Error if users of the library need not have it */
function assertInstalled(specifier, file, manifest) {
  const name = packageOf(specifier);
  if (isBuiltin(specifier) || name === manifest.name || dependenciesOf(manifest).installed.has(name))
    return specifier;
  throw new Error(
    `The types in ${file} import ${specifier}, which is in neither dependencies nor peerDependencies of ${manifest.name}`,
  );
}

function replaceSpecifiers(text, replace) {
  const { importedFiles } = typescript.preProcessFile(text, true, true);
  let result = '';
  let end = 0;
  for (const { fileName, pos } of importedFiles.toSorted((a, b) => a.pos - b.pos)) {
    const start = text.indexOf(fileName, pos);
    result += text.slice(end, start) + replace(fileName);
    end = start + fileName.length;
  }
  return result + text.slice(end);
}

function specifierOf(file, from) {
  const path = relative(dirname(from), file).replace(/\.d\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
