import { describe, expect, it } from '@jest/globals';
import { fillPage } from './page.js';

const page = `# Benchmarks
<!-- bench:goals --><!-- /bench:goals -->
## boot
<!-- bench:boot --><!-- /bench:boot -->
`;

describe('fillPage', () => {
  it('shows every goal with its verdict, and the tables and pictures of each benchmark', () => {
    const filled = fillPage(page, {
      benchmarks: [
        {
          name: 'boot',
          title: 'How long an app boots.',
          measuredOn: '2026-01-01',
          machine: { processor: 'p', cores: 2, node: 'v20', redis: '7', load: 3 },
          tables: [{ columns: ['app', 'ms'], rows: [['plain', 12.34]] }],
          goals: [
            { name: 'boot', figure: 12.34, unit: 'ms', atMost: 10 },
            { name: 'runs', figure: 2, atLeast: 1 },
          ],
          charts: [{ kind: 'log-bars', file: 'boot', title: 'Boot', bars: [] }],
        },
      ],
    });
    expect(filled).toContain('| boot | 12.34 ms | ≤ 10 ms | missed | [boot](#boot) |');
    expect(filled).toContain('| runs | 2 | ≥ 1 | met | [boot](#boot) |');
    expect(filled).toContain('| plain | 12.3 |');
    expect(filled).toContain('![Boot](images/boot.svg)');
    expect(filled).toMatch(/_Measured on 2026-01-01: 2 cores \(p\).* busy: the figures are noisy\._/);
  });
});
