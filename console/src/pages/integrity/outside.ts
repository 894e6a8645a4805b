/** How to verify the log without trusting its server: commands to copy. */
import { html, type TemplateResult } from "lit";
import "../../ui/copy.js";
import { visible } from "../../ui/text.js";

interface Command {
  readonly use: string;
  readonly command: string;
}

/** A text as one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The commands for a log at this address; with its key, where that is known. */
export function commandsOf(address: string, vkey: string | undefined): Command[] {
  const key = vkey === undefined ? "" : ` --key ${shellWord(vkey)}`;
  return [
    { use: "From anywhere: downloads every line and checks it against the checkpoint and the key.", command: `indelible verify --url ${shellWord(address)}${key}` },
    { use: "The data folder at rest, for instance a backup: checks every file of it.", command: `indelible verify --data data${key}` },
    { use: "With a checkpoint kept from before: also shows that the log continues it, so that nothing was rewritten since.", command: `indelible verify --url ${shellWord(address)} --since checkpoint.txt${key}` },
  ];
}

export function outside(address: string, vkey: string | undefined): TemplateResult {
  return html`${commandsOf(address, vkey).map(
    ({ use, command }) =>
      html`<div class="command">
        <p>${use}</p>
        <pre tabindex="0" aria-label="Command">${visible(command)}</pre>
        <ind-copy .value=${command}></ind-copy>
      </div>`,
  )}`;
}
