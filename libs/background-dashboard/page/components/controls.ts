import { html } from 'htm/preact';
import { type ComponentChildren, h } from 'preact';
import { useState } from 'preact/hooks';
import type { AccessBody } from '../../src/index.js';
import { type Act, actsOn, actsOnKey, actsOnReplica } from '../actions.js';
import { identityOf } from '../rates.js';
import type { AuditRecord, Key, Replica, Worker } from '../wire.js';
import { ActDialog } from './act-dialog.js';
import { Section } from './shared.js';

interface ControlsProps {
  readonly workers: readonly Worker[];
  readonly keys: readonly Key[];
  readonly replicas: readonly Replica[];
  readonly access: AccessBody | undefined;
  readonly onActed: () => void;
}

/** What can be done, for whoever may do it. */
export function Controls({ workers, keys, replicas, access, onActed }: ControlsProps): ComponentChildren {
  const [act, setAct] = useState<Act>();
  const [notice, setNotice] = useState('');
  const [by, setBy] = useState('');

  function answered({ action, target, outcome, detail }: AuditRecord): void {
    setAct(undefined);
    setNotice(`${action} ${target}: ${outcome}${detail ? `, ${detail}` : ''}`);
    onActed();
  }

  if (!access?.act)
    return h(
      Section,
      { id: 'controls', title: 'Controls' },
      html`<p class="quiet">You may look, but not act.</p>`,
    );
  return h(
    Section,
    { id: 'controls', title: 'Controls' },
    html`<p class="notice" role="status">${notice}</p>
      <h3>Workers</h3>
      <ul class="controls">
        ${workers.map((worker) => h(Row, { key: identityOf(worker), name: worker.name, state: worker.state, acts: actsOn(worker), onAct: setAct }))}
      </ul>
      <h3>Leases</h3>
      <ul class="controls">
        ${keys.map((key) => h(Row, { key: key.key, name: key.key, state: key.state, acts: actsOnKey(key), onAct: setAct }))}
      </ul>
      <h3>Replicas</h3>
      <ul class="controls">
        ${replicas.map((replica) => h(Row, { key: replica.id, name: replica.id, state: replica.placement?.cordoned ? 'cordoned' : '', acts: actsOnReplica(replica), onAct: setAct }))}
      </ul>
      ${act && h(ActDialog, { act, by: access.by ?? by, isIdentified: access.by !== null, onName: setBy, onAnswered: answered, onClosed: () => setAct(undefined) })}`,
  );
}

interface RowProps {
  readonly name: string;
  readonly state: string;
  readonly acts: readonly Act[];
  readonly onAct: (act: Act) => void;
}

function Row({ name, state, acts, onAct }: RowProps): ComponentChildren {
  return html`<li>
    <p><span class="name">${name}</span> <span class="quiet">${state}</span></p>
    <div class="buttons">
      ${acts.map((act) => html`<button type="button" onClick=${() => onAct(act)}>${act.label}<span class="hidden"> ${name}</span></button>`)}
    </div>
  </li>`;
}
