/** Settings of the platform; its networks are among the allow-lists. */
import { html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { Answer } from "../answer.js";
import { changeSettings, settings } from "./ask.js";
import { Pane } from "./pane.js";
import type { Settings } from "./types.js";

type Switch = "second_factor_required" | "reason_required" | "tree_public";

const SWITCHES: readonly (readonly [Switch, string, string])[] = [
  ["second_factor_required", "A second factor is needed", "Whoever signs in with a password must have set one up."],
  ["reason_required", "A reason is needed", "Every change of access, and every look at personal values, must say why."],
  ["tree_public", "The tree is public", "Checkpoints, proofs of growth and tiles are given to everybody: they hold no entry. Otherwise to those who are signed in."],
];

/** `<ind-settings>`. */
@customElement("ind-settings")
export class SettingsPane extends Pane {
  readonly #settings = new Answer<Settings>(this);

  protected override ask(): void {
    void this.#settings.ask((signal) => settings(this.api, signal));
  }

  #switch(name: Switch, label: string, on: boolean): void {
    this.deed.begin({
      heading: on ? `Switch on: ${label}?` : `Switch off: ${label}?`,
      verb: on ? "Switch on" : "Switch off",
      grave: !on,
      reasoned: true,
      run: (_, said) => changeSettings(this.api, { [name]: on }, said),
      said: `“${label}” is ${on ? "on" : "off"}.`,
    });
  }

  #all(known: Settings): TemplateResult {
    return html`<div class="sides">
      <div>
        <dl class="facts">
          ${SWITCHES.map(
            ([name, label, what]) => html`<dt>${label}</dt>
              <dd>${known[name] ? html`<span class="badge emerald"><span aria-hidden="true">✓</span>on</span>` : html`<span class="badge">off</span>`}
                <button class="quiet" aria-label="Switch ${known[name] ? "off" : "on"}: ${label}" @click=${() => this.#switch(name, label, !known[name])}>Switch ${known[name] ? "off" : "on"}</button><br /><span class="muted">${what}</span></dd>`,
          )}
        </dl>
      </div>
      <div>${this.history("settings", "")}</div>
    </div>`;
  }

  override render(): TemplateResult {
    return html`<div class="pane"><h2 class="hidden">Settings</h2>${this.deed.render()} ${this.shownOf(this.#settings, (known) => this.#all(known))}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-settings": SettingsPane;
  }
}
