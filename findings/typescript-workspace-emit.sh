#!/usr/bin/env bash
# What the compiler of TypeScript 6.0.3 emits for a workspace package whose `exports` point at its sources.
#
# A good engineer would guess: a workspace that is linked into node_modules is compiled with whoever imports it. Its
# real path is outside node_modules, and the compiler follows links (`preserveSymlinks` is off).
# What happens: the compiler checks the types of the workspace's sources, reports their errors, and emits nothing for
# them: no JavaScript and no declarations, without a word. What is emitted imports a module that is not there. The same
# file, found through `paths` or a relative path, is emitted.
#
# Why it matters: private workspaces are meant to be compiled along. The build is green, and the package is broken
# where it is installed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts --no-save typescript@6.0.3
node_modules/.bin/tsc --version

mkdir -p libs/kit/src libs/app/src
ln -s ../libs/kit node_modules/kit
echo '{ "name": "kit", "type": "module", "exports": "./src/index.ts" }' >libs/kit/package.json
echo '{ "name": "app", "type": "module" }' >libs/app/package.json
echo 'export const answer: number = 42;' >libs/kit/src/index.ts
echo "import { answer } from 'kit'; console.log(answer);" >libs/app/src/main.ts
options='"module": "nodenext", "target": "es2023", "rootDir": "libs", "declaration": true, "types": []'
echo "{ \"compilerOptions\": { $options, \"outDir\": \"linked\" }, \"files\": [\"libs/app/src/main.ts\"] }" >linked.json
paths='"paths": { "kit": ["./libs/kit/src/index.ts"] }'
echo "{ \"compilerOptions\": { $options, $paths, \"outDir\": \"paths\" }, \"files\": [\"libs/app/src/main.ts\"] }" >paths.json

failed=0
expect() {
  printf '%s -> %s\n' "$1" "$2"
  [ "$2" = "$3" ] || { echo "expected $3" >&2; failed=1; }
}
node_modules/.bin/tsc -p linked.json
expect 'emitted of the linked workspace' "$(find linked -path '*kit*' -type f | wc -l)" 0
expect 'emitted of what imports it' "$(find linked -path '*app*' -type f | wc -l)" 2
node_modules/.bin/tsc -p paths.json
expect 'emitted of the same file through paths' "$(find paths -path '*kit*' -type f | wc -l)" 2
echo 'export const answer: number = "42";' >libs/kit/src/index.ts
errors=$(node_modules/.bin/tsc -p linked.json | grep -c 'kit.*TS2322' || true)
expect 'errors in the linked sources, which are not emitted' "$errors" 1
exit "$failed"
