/** What a checkpoint says: the log, how many entries, the root of their tree, who signed, and the note itself. */
import { html, type TemplateResult } from "lit";
import { save } from "../../log/download.js";
import { base64, hex } from "../../proof/bytes.js";
import { type Checkpoint, parseCheckpoint } from "../../proof/checkpoint.js";
import { type NoteSignature, parseNote } from "../../proof/note.js";
import { quietly } from "../../proof/refused.js";
import "../../ui/copy.js";
import { visible } from "../../ui/text.js";
import { count as number } from "../../ui/time.js";

/** The facts of a note, whoever signed it. */
export function checkpointFacts(text: string, locale: string): TemplateResult {
  const note = quietly(() => ({ ...parseCheckpoint(text), signatures: parseNote(text).signatures }));
  if (note === undefined) return html`<p role="alert">What the server gave is no checkpoint.</p>`;
  const root = base64(note.root);
  return html`<dl class="facts">
    <dt>Entries</dt>
    <dd><strong>${number(note.size, locale)}</strong></dd>
    <dt>Log</dt>
    <dd class="mono">${visible(note.origin)}</dd>
    <dt>Root hash</dt>
    <dd class="mono">${root} <ind-copy .value=${root}></ind-copy></dd>
    <dt>Signed by</dt>
    <dd class="mono">${signers(note)}</dd>
  </dl>`;
}

function signers({ signatures }: Checkpoint & { readonly signatures: readonly NoteSignature[] }): TemplateResult[] {
  return signatures.map(({ name, keyId }) => html`<div>${visible(name)} <span class="muted">key ${hex(keyId)}</span></div>`);
}

/** The note, with copy and download. */
export function signedNote(text: string): TemplateResult {
  const size = quietly(() => parseCheckpoint(text).size);
  const name = size === undefined ? "checkpoint.txt" : `checkpoint-${size}.txt`;
  return html`<h3>As signed</h3>
    <pre tabindex="0" aria-label="Signed note">${visible(text.trimEnd())}</pre>
    <div class="actions">
      <ind-copy .value=${text} label="Copy the note"></ind-copy>
      <button class="quiet" @click=${() => save(new Blob([text], { type: "text/plain" }), name)}>Download it</button>
    </div>`;
}
