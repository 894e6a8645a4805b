/** Grants: every role that is held, by whom and for what. */
import { html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import type { Grant } from "../../session/types.js";
import { roleName, scopeWords } from "../../session/words.js";
import { visible } from "../../ui/text.js";
import { Answer } from "../answer.js";
import { grants, people, programs } from "./ask.js";
import { takeGrant } from "./grants-of.js";
import { Pane, table } from "./pane.js";

/** `<ind-grants>`. */
@customElement("ind-grants")
export class Grants extends Pane {
  readonly #grants = new Answer<readonly Grant[]>(this);
  readonly #names = new Answer<ReadonlyMap<string, string>>(this);

  protected override ask(): void {
    void this.#grants.ask((signal) => grants(this.api, signal));
    void this.#names.ask(async (signal) => {
      // Names stand beside ids: a list that cannot be had leaves the ids alone.
      const [persons, tokens] = await Promise.all([people(this.api, signal).catch(() => []), programs(this.api, signal).catch(() => [])]);
      return new Map([...persons.map(({ id, name, email }) => [`person:${id}`, name || email] as const), ...tokens.map(({ id, name }) => [`program:${id}`, name] as const)]);
    });
  }

  #holder(principal: string): TemplateResult {
    const name = this.#names.value?.get(principal);
    const [type = "", id = ""] = principal.split(":");
    const link = (shown: string): TemplateResult => this.opener(type === "person" ? "people" : "programs", id, visible(shown));
    return html`${name === undefined ? nothing : link(name)} <span class="muted mono">${visible(principal)}</span>`;
  }

  #list(all: readonly Grant[]): TemplateResult {
    if (all.length === 0) return html`<p class="none">Nobody has a role so far.</p>`;
    const rows = all.map((grant) => {
      const { principal = "", role, scope } = grant;
      const name = this.#names.value?.get(principal) ?? principal;
      return {
        cells: [this.#holder(principal), visible(roleName(role)), visible(scopeWords(scope)), html`<button class="quiet" aria-label="Remove ${roleName(role)} of ${name}" @click=${() => takeGrant(this.deed, this.api, grant, name)}>Remove</button>`],
      };
    });
    return table("Grants", ["Who", "Role", "For", ""], rows);
  }

  override render(): TemplateResult {
    return html`<div class="pane"><h2 class="hidden">Grants</h2>${this.deed.render()}<p class="note">Roles are given where the person or the program is.</p>
      ${this.shownOf(this.#grants, (all) => this.#list(all))} ${this.history("grant", "")}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-grants": Grants;
  }
}
