#!/usr/bin/env bash
# How @microsoft/api-extractor 7.60.1 makes the first report of an API.
#
# A good engineer would guess: with `localBuild: true`, which updates the report, the folder that it lies in is made
# like the file, or its absence is an exception.
# What happens: neither. The report is not written, and the only trace is a message of level "error" in the callback; a
# callback that handles messages, so as to format them itself, makes it vanish. The file is not written before the
# folder is made by hand, either on the first run or on a later one.
#
# Why it matters: the report is a golden file. A build that writes it and a check that compares it both end, and
# nothing is compared.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts --no-save @microsoft/api-extractor@7.60.1
echo '{ "name": "subject", "version": "1.0.0", "types": "index.d.ts" }' >package.json
echo 'export declare const answer: number;' >index.d.ts
echo '{ "compilerOptions": { "module": "nodenext", "types": [] }, "files": ["index.d.ts"] }' >tsconfig.json

node --input-type=module <<'JS'
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const manifest = 'node_modules/@microsoft/api-extractor/package.json';
console.log('@microsoft/api-extractor', JSON.parse(readFileSync(manifest, 'utf8')).version);

function expect(what, seen, wanted) {
  console.log(what, '->', seen);
  assert.deepEqual(seen, wanted);
}
function report() {
  const folder = process.cwd();
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: `${folder}/index.d.ts`,
      compiler: { tsconfigFilePath: `${folder}/tsconfig.json` },
      apiReport: { enabled: true, reportFileName: 'subject.api.md', reportFolder: `${folder}/api` },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: `${folder}/package.json`,
  });
  const errors = [];
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      if (message.logLevel === 'error') errors.push(message.messageId);
      message.handled = true;
    },
  });
  return errors;
}

expect('without the folder, errors', report().length, 1);
expect('the report is there', existsSync('api/subject.api.md'), false);
mkdirSync('api');
report();
expect('with the folder, it is', existsSync('api/subject.api.md'), true);
JS
