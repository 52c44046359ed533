import type { CampaignReport, CampaignTask } from './campaign-child.js';
import type { Counterexample } from './check.js';
import { ended, startChild } from './start-child.js';

export interface CampaignOptions {
  readonly histories: number;
  readonly seed: number;
  readonly processes: number;
  readonly onProgress?: (histories: number) => void;
}

export interface CampaignResult {
  readonly histories: number;
  /** Simulated milliseconds. */
  readonly simulated: number;
  readonly unfencedStale: number;
  readonly counterexamples: readonly Counterexample[];
}

/** Histories of one seed. Each seed is a run of fast-check's own, so that a path is short and can be played again. */
const HISTORIES_OF_A_SEED = 2_000;

/** Plays histories in several processes at once; the first violation ends it. */
export async function campaign({
  histories,
  seed,
  processes,
  onProgress,
}: CampaignOptions): Promise<CampaignResult> {
  const seeds = Array.from({ length: Math.ceil(histories / HISTORIES_OF_A_SEED) }, (_, i) => seed + i);
  const perSeed = Math.ceil(histories / seeds.length);
  const total = { histories: 0, simulated: 0, unfencedStale: 0 };
  const counterexamples: Counterexample[] = [];
  const onReport = (report: CampaignReport) => {
    total.histories += report.histories;
    total.simulated += report.simulated;
    total.unfencedStale += report.unfencedStale;
    onProgress?.(total.histories);
    if (!report.counterexample) return;
    counterexamples.push(report.counterexample);
    for (const child of children) void child.kill();
  };
  const children = await Promise.all(
    Array.from({ length: Math.min(processes, seeds.length) }, (_, i) => {
      const own = seeds.filter((__, j) => j % processes === i);
      return startChild<CampaignTask, CampaignReport>(
        './campaign-child.ts',
        { seeds: own, histories: perSeed },
        onReport,
      );
    }),
  );
  await Promise.all(children.map(ended));
  return { ...total, counterexamples };
}
