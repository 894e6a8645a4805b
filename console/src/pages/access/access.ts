/** Access: people, programs, grants, organizations with their networks, and settings; each part for who may change it. */
import { html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Api } from "../../api/client.js";
import type { SessionInfo } from "../../session/types.js";
import { tokens } from "../../ui/tokens.js";
import { pageStyles } from "../page-styles.js";
import { tabs, tabStyles } from "../tabs.js";
import "./grants.js";
import "./networks-pane.js";
import "./organizations.js";
import { PARTS } from "./parts.js";
import "./people.js";
import "./programs.js";
import "./settings.js";

/** `<ind-access>`. Events: `turn` (detail: the address's parameters), `ask` (detail: filters for the log). */
@customElement("ind-access")
export class Access extends LitElement {
  static override styles = [tokens, pageStyles, tabStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: SessionInfo;
  /** `show` says which part, `id` what is open in it. */
  @property({ attribute: false }) params = new URLSearchParams();
  @property() locale = navigator.language || "en";

  #turn(show: string, id: string): void {
    const params = new URLSearchParams(this.params);
    params.set("show", show);
    if (id === "") params.delete("id");
    else params.set("id", id);
    this.dispatchEvent(new CustomEvent("turn", { detail: params }));
  }

  #pane(show: string): TemplateResult {
    const { api, session, locale } = this;
    const id = this.params.get("id") ?? "";
    const open = ({ detail }: CustomEvent<[string, string]>): void => this.#turn(...detail);
    switch (show) {
      case "programs":
        return html`<ind-programs .api=${api} .session=${session} .shown=${id} .locale=${locale} @open=${open}></ind-programs>`;
      case "grants":
        return html`<ind-grants .api=${api} .session=${session} .locale=${locale} @open=${open}></ind-grants>`;
      case "networks":
        return html`<ind-networks .api=${api} .session=${session} .locale=${locale} @open=${open}></ind-networks>`;
      case "organizations":
        return html`<ind-organizations .api=${api} .session=${session} .shown=${id} .locale=${locale} @open=${open}></ind-organizations>`;
      case "settings":
        return html`<ind-settings .api=${api} .session=${session} .locale=${locale}></ind-settings>`;
      default:
        return html`<ind-people .api=${api} .session=${session} .shown=${id} .locale=${locale} @open=${open}></ind-people>`;
    }
  }

  override render(): TemplateResult {
    const parts = PARTS.filter(({ isFor }) => isFor(this.session));
    const part = parts.find(({ show }) => show === this.params.get("show")) ?? parts[0];
    const hrefOf = (show: string): string => `/access?${new URLSearchParams({ show })}`;
    return html`<div class="page">
      <div class="top"><h1>Access</h1></div>
      <p class="lead">Who may see and do what. Every change is an entry of the log before it holds.</p>
      ${tabs("Parts of access", parts.map(({ show, label }) => ({ name: show, label })), part?.show ?? "", hrefOf, (show) => this.#turn(show, ""))} ${this.#pane(part?.show ?? "")}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-access": Access;
  }
}
