import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { blocksOf, oneLine } from './blocks.js';
import { DASHBOARD } from './dashboard.js';
import { JOBS } from './jobs.js';
import type { Proof } from './promise.js';
import { RUNBOOK } from './runbook.js';
import { SERVICES } from './services.js';

describe.each([SERVICES, JOBS, DASHBOARD, RUNBOOK])(
  'What $document promises',
  ({ document, leftOut, sentences }) => {
    it('stands there as it was proved', async () => {
      const text = oneLine(await readFile(document, 'utf8'));
      expect(sentences.map(({ quote }) => quote).filter((quote) => !text.includes(oneLine(quote)))).toEqual(
        [],
      );
    });

    it('is shown by tests that there are', async () => {
      const proofs = sentences.flatMap((sentence) => sentence.proofs);
      const files = new Map<string, string>();
      for (const file of new Set(proofs.map((proof) => proof.file)))
        files.set(file, await readFile(file, 'utf8'));
      expect(proofs.filter((proof) => !hasTest(files.get(proof.file)!, proof))).toEqual([]);
    });

    it('has a test or an explanation in every paragraph, list entry and row', async () => {
      const blocks = blocksOf(await readFile(document, 'utf8')).filter(
        ({ section }) => !leftOut.includes(section),
      );
      const quotes = sentences.map(({ quote }) => oneLine(quote));
      const unproved = blocks.filter(({ text }) => !quotes.some((quote) => text.includes(quote)));
      expect(unproved.map(({ line, text }) => `${document}:${line} ${text}`)).toEqual([]);
    });

    it('leaves out sections that there are', async () => {
      const sections = new Set(blocksOf(await readFile(document, 'utf8')).map(({ section }) => section));
      expect(leftOut.filter((section) => !sections.has(section))).toEqual([]);
    });
  },
);

/** A test that is skipped shows nothing. */
function hasTest(source: string, { title }: Proof): boolean {
  return ["'", '"', '`'].some((mark) => {
    const at = source.indexOf(`${mark}${title}${mark}`);
    if (at === -1) return false;
    const before = source.slice(0, at).trimEnd();
    return before.endsWith('(') && !/\.(skip|todo|failing)\($/.test(before);
  });
}
