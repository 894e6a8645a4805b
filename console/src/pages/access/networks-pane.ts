/** Allow-lists: the platform's, and each organization's. */
import { html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { may } from "../../session/types.js";
import { visible } from "../../ui/text.js";
import { Answer } from "../answer.js";
import { changeSettings, organizations, putOrganization, settings } from "./ask.js";
import { networkList, networksField, networksOf } from "./networks.js";
import { Pane, table } from "./pane.js";
import { changesSettings } from "./parts.js";
import type { Organization, Settings } from "./types.js";

/** `<ind-networks>`. */
@customElement("ind-networks")
export class Networks extends Pane {
  readonly #settings = new Answer<Settings>(this);
  readonly #organizations = new Answer<readonly Organization[]>(this);

  protected override ask(): void {
    if (changesSettings(this.session)) void this.#settings.ask((signal) => settings(this.api, signal));
    if (may(this.session, "organizations")) void this.#organizations.ask((signal) => organizations(this.api, signal));
  }

  #change(whose: string, allow: readonly string[], save: (form: FormData, said: object) => Promise<void>): void {
    this.deed.begin({
      heading: `Networks of ${whose}`,
      text: "Requests from elsewhere are refused. Addresses are judged as trusted proxies pass them on.",
      fields: () => networksField(allow),
      verb: "Save",
      reasoned: true,
      run: save,
      said: `The networks of ${whose} are as you wrote them.`,
    });
  }

  #platform({ allow }: Settings): TemplateResult {
    const change = (): void => this.#change("the platform", allow, (form, said) => changeSettings(this.api, { allow: networksOf(form) }, said));
    return html`<h3>Platform</h3><p class="note">Holds for everybody, people and programs.</p><p>${networkList(allow)}</p><button class="button" @click=${change}>Change the platform's networks</button>${this.history("settings", "")}`;
  }

  #each(all: readonly Organization[]): TemplateResult {
    const rows = all.map((organization) => ({
      cells: [
        visible(organization.name ?? organization.id),
        html`<span class="mono">${visible(organization.id)}</span>`,
        networkList(organization.allow),
        html`<button class="quiet" aria-label="Change the networks of ${organization.id}" @click=${() => this.#change(organization.id, organization.allow, (form, said) => putOrganization(this.api, { ...organization, allow: networksOf(form) }, said))}>Change</button>`,
      ],
    }));
    return html`<h3>Organizations</h3><p class="note">Holds for whoever asks by a role for the organization alone.</p>
      ${all.length === 0 ? html`<p class="none">Nothing is said of any organization.</p>` : table("Networks of organizations", ["Name", "ID", "May come from", ""], rows)}`;
  }

  override render(): TemplateResult {
    return html`<div class="pane"><h2 class="hidden">Allow-lists</h2>${this.deed.render()} ${changesSettings(this.session) ? this.shownOf(this.#settings, (known) => this.#platform(known)) : nothing}
      ${may(this.session, "organizations") ? this.shownOf(this.#organizations, (all) => this.#each(all)) : nothing}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-networks": Networks;
  }
}
