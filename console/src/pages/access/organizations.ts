/** Organizations: which are closed for the time being, and where their people may come from. */
import { html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { visible } from "../../ui/text.js";
import { Answer } from "../answer.js";
import { organizations, putOrganization } from "./ask.js";
import { networkList, networksField, networksOf } from "./networks.js";
import { Pane, table } from "./pane.js";
import type { Organization } from "./types.js";

const STATES: Readonly<Record<Organization["status"], TemplateResult>> = {
  active: html`<span class="badge emerald"><span aria-hidden="true">✓</span>active</span>`,
  suspended: html`<span class="badge amber"><span aria-hidden="true">!</span>suspended</span>`,
};

/** `<ind-organizations>`. */
@customElement("ind-organizations")
export class Organizations extends Pane {
  readonly #organizations = new Answer<readonly Organization[]>(this);

  protected override ask(): void {
    void this.#organizations.ask((signal) => organizations(this.api, signal));
  }

  #add(): void {
    this.deed.begin({
      heading: "An organization",
      text: "Entries name organizations by their ids; what is said here of one holds for all that name it.",
      fields: () => html`<label>ID<input class="field" name="id" required maxlength="256" autocomplete="off" /></label><label>Name<input class="field" name="name" maxlength="200" autocomplete="off" /></label>${networksField([])}`,
      verb: "Save",
      reasoned: true,
      run: (form, said) => putOrganization(this.api, { id: String(form.get("id")).trim(), status: "active", allow: networksOf(form), ...named(form) }, said),
      said: "The organization is there.",
    });
  }

  #change(organization: Organization): void {
    this.deed.begin({
      heading: `Organization ${organization.id}`,
      fields: () => html`<label>Name<input class="field" name="name" maxlength="200" value=${organization.name ?? ""} /></label>${networksField(organization.allow)}`,
      verb: "Save",
      reasoned: true,
      run: (form, said) => {
        const { name: _, ...kept } = organization;
        return putOrganization(this.api, { ...kept, allow: networksOf(form), ...named(form) }, said);
      },
      said: `${organization.id} is as you wrote it.`,
    });
  }

  #status(organization: Organization): void {
    const { message: _, ...kept } = organization;
    const suspends = organization.status === "active";
    this.deed.begin({
      heading: suspends ? `Suspend ${organization.id}?` : `Open ${organization.id} again?`,
      text: suspends ? "Whoever may see its entries sees none of them meanwhile, and reads your message instead. Its events are still taken in." : "Whoever may see its entries sees them again.",
      fields: () => (suspends ? html`<label>Message for those who are shut out<input class="field" name="message" maxlength="1000" /></label>` : html``),
      verb: suspends ? "Suspend" : "Open again",
      grave: suspends,
      reasoned: true,
      run: (form, said) => {
        const message = String(form.get("message") ?? "").trim();
        return putOrganization(this.api, { ...kept, status: suspends ? "suspended" : "active", ...(message === "" ? {} : { message }) }, said);
      },
      said: suspends ? `${organization.id} is suspended.` : `${organization.id} is open again.`,
    });
  }

  #list(all: readonly Organization[]): TemplateResult {
    const rows = all.map(({ id, name, status, message, allow }) => ({
      cells: [this.opener("organizations", id, visible(name ?? id)), html`<span class="mono">${visible(id)}</span>`, html`${STATES[status]} ${message === undefined ? "" : visible(message)}`, networkList(allow)],
    }));
    return html`<div class="tools"><button class="button primary" @click=${() => this.#add()}>Add an organization</button></div>
      ${all.length === 0 ? html`<p class="none">Nothing is said of any organization: all are active, and allow every address.</p>` : table("Organizations", ["Name", "ID", "State", "May come from"], rows)}`;
  }

  #one(organization: Organization): TemplateResult {
    const { id, name, status, message, allow } = organization;
    return html`${this.back("organizations", "All organizations")}
      <h2>${visible(name ?? id)}</h2>
      <div class="sides">
        <div>
          <dl class="facts">
            <dt>ID</dt><dd class="mono">${visible(id)}</dd>
            <dt>State</dt><dd>${STATES[status]}</dd>
            ${message === undefined || message === "" ? nothing : html`<dt>Message</dt><dd>${visible(message)}</dd>`}
            <dt>May come from</dt><dd>${networkList(allow)}</dd>
          </dl>
          <div class="tools"><button class="button" @click=${() => this.#change(organization)}>Change</button><button class="button" @click=${() => this.#status(organization)}>${status === "active" ? "Suspend" : "Open again"}</button></div>
        </div>
        <div>${this.history("organization", id)}</div>
      </div>`;
  }

  override render(): TemplateResult {
    return html`<div class="pane">${this.deed.render()}
      ${this.shownOf(this.#organizations, (all) => {
        const one = all.find(({ id }) => id === this.shown);
        if (one !== undefined) return this.#one(one);
        return this.shown === "" ? this.#list(all) : html`${this.back("organizations", "All organizations")}<p class="none">Nothing is said of this organization.</p>`;
      })}</div>`;
  }
}

function named(form: FormData): { name?: string } {
  const name = String(form.get("name")).trim();
  return name === "" ? {} : { name };
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-organizations": Organizations;
  }
}
