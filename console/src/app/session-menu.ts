/** Who is signed in, what he may, and the ways out; in the head of every page. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { problemOf } from "../pages/answer.js";
import type { Session } from "../session/session.js";
import { may, type SessionInfo } from "../session/types.js";
import { permissionWords, roleName, scopeWords } from "../session/words.js";
import "../ui/popover.js";
import { visible } from "../ui/text.js";
import { tokens } from "../ui/tokens.js";

/** `<ind-session>`. Event: `visit` (detail: a path of the console). */
@customElement("ind-session")
export class SessionMenu extends LitElement {
  static override styles = [
    tokens,
    css`
      :host {
        display: inline-block;
        min-width: 0;
      }
      .face {
        display: inline-block;
        max-width: 180px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        vertical-align: bottom;
      }
      .menu {
        display: grid;
        gap: 10px;
        width: min(320px, calc(100vw - 40px));
      }
      p,
      ul {
        margin: 0;
        overflow-wrap: anywhere;
      }
      ul {
        padding: 0;
        list-style: none;
        display: grid;
        gap: 6px;
      }
      .ways {
        display: grid;
        gap: 6px;
        border-top: 1px solid var(--line);
        padding-top: 10px;
      }
      .ways .button {
        justify-content: center;
      }
      .failed {
        color: var(--rose);
      }
      @media (max-width: 560px) {
        .face {
          max-width: 84px;
        }
      }
    `,
  ];

  @property({ attribute: false }) session!: SessionInfo;
  @property({ attribute: false }) owner!: Session;
  @state() private failure = "";

  async #leave(everywhere: boolean): Promise<void> {
    this.failure = "";
    try {
      await this.owner.leave(everywhere);
    } catch (error) {
      this.failure = `You are still signed in. ${problemOf(error).detail}`;
    }
  }

  #visit(event: MouseEvent, path: string): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.renderRoot.querySelector("ind-popover")?.close();
    this.dispatchEvent(new CustomEvent("visit", { detail: path }));
  }

  #roles(): TemplateResult {
    const { grants } = this.session;
    if (grants.length === 0) return html`<p class="muted">No role so far: ask whoever administers the log.</p>`;
    return html`<ul aria-label="Roles">
      ${grants.map(({ role, scope }) => html`<li><strong>${visible(roleName(role))}</strong> <span class="muted">for ${visible(scopeWords(scope))}</span></li>`)}
    </ul>`;
  }

  #may(): TemplateResult {
    const held = Object.keys(this.session.permissions).filter((permission) => may(this.session, permission as never));
    return held.length === 0 ? html`` : html`<p class="muted">May ${permissionWords(held)}.</p>`;
  }

  #ways(): TemplateResult | typeof nothing {
    if (this.session.principal.type !== "person") return nothing;
    return html`<div class="ways">
      <a class="button" href="/account" @click=${(event: MouseEvent) => this.#visit(event, "/account")}>Account: sessions, password, second factor</a>
      <button class="button" @click=${() => void this.#leave(false)}>Sign out</button>
      <button class="button" @click=${() => void this.#leave(true)}>Sign out everywhere</button>
      ${this.failure === "" ? nothing : html`<p class="failed" role="alert">${this.failure}</p>`}
    </div>`;
  }

  override render(): TemplateResult {
    const { principal } = this.session;
    if (principal.type === "operator") {
      return html`<ind-popover label="Session">
        <span slot="face">${principal.id === "dev" ? "Development" : "Operator"} <span aria-hidden="true" class="muted">▾</span></span>
        <div class="menu"><p><strong>${principal.id === "dev" ? "Development: no sign-in" : "Operator of the log"}</strong></p>
          <p class="muted">${principal.id === "dev" ? "The server runs with --dev: whoever uses this machine may do everything, and is on record as “dev”." : "Whoever has the machine may do everything."}</p></div>
      </ind-popover>`;
    }
    const name = principal.name ?? principal.email ?? principal.id;
    return html`<ind-popover label="Session">
      <span slot="face"><span class="face">${visible(name)}</span> <span aria-hidden="true" class="muted">▾</span></span>
      <div class="menu">
        <p><strong>${visible(name)}</strong>${principal.email === undefined || principal.email === name ? nothing : html`<br /><span class="muted">${visible(principal.email)}</span>`}</p>
        ${this.#roles()} ${this.#may()} ${this.#ways()}
      </div>
    </ind-popover>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-session": SessionMenu;
  }
}
