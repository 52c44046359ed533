import { sideBySide } from './election-faults/side-by-side.js';
import { TTL, type Fleet } from './election-faults/fleet.js';
import { until } from '../support/until.js';
sideBySide('x', (survives) => {
  for (let i = 0; i < 8; i++) survives('gone ' + i, async (fleet: Fleet) => {
    const since = performance.now();
    await fleet.server.crash();
    await until(() => performance.now() - since >= 2 * TTL, { what: 'p' });
    const back = performance.now();
    await fleet.server.restart();
    await fleet.worksAgain(back, TTL);
    try { await fleet.changesHands(); } catch (e) {
      const j = fleet.journal;
      console.log('FAILED', i, String(e), 'now', performance.now(), '\nback', back, '\nterms', j.terms, '\naborts', j.aborts, '\ncommands', j.commands.filter(c => c.answeredAt > back - 300).map(c => `${c.replica} ${c.kind} ${c.sentAt.toFixed(0)}-${c.answeredAt.toFixed(0)} ${c.outcome} ${c.token}`).join('\n'), '\nroles', fleet.replicas.map(r => JSON.stringify(r.manager.list().map(w => [w.role, w.leader]))));
      throw e;
    }
  });
});
