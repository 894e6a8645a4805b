/** One's own account: sessions, password, second factor. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Api } from "../../api/client.js";
import { beginTotp, changePassword, confirmTotp, endSession, mySessions, removeTotp } from "../../session/ask.js";
import { passwordFields, passwordProblem } from "../../session/password-fields.js";
import type { SessionInfo, SignedIn } from "../../session/types.js";
import { badgeStyles } from "../../ui/badges.js";
import "../../ui/copy.js";
import { visible } from "../../ui/text.js";
import { age, localTime, utcTime } from "../../ui/time.js";
import { skeleton, tokens } from "../../ui/tokens.js";
import { Answer } from "../answer.js";
import { block, section } from "../block.js";
import { Deed, type DeedOptions, deedStyles } from "../deed.js";
import { pageStyles } from "../page-styles.js";
import { tableStyles } from "../table-styles.js";

/** `<ind-account>`. Events: `left` (the session here was ended), `renew` (what is known of it is another). */
@customElement("ind-account")
export class Account extends LitElement {
  static override styles = [
    tokens,
    skeleton,
    badgeStyles,
    pageStyles,
    tableStyles,
    deedStyles,
    css`
      .rows th,
      .rows td {
        min-width: 72px;
        overflow-wrap: break-word;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: SessionInfo;
  @property() locale = navigator.language || "en";
  /** Whether a second factor must be set up before anything else. */
  @property({ type: Boolean }) due = false;
  readonly #sessions = new Answer<readonly SignedIn[]>(this);
  readonly #deed = new Deed(this, () => this.#ask());

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("api")) this.#ask();
  }

  #ask(): void {
    void this.#sessions.ask((signal) => mySessions(this.api, signal));
  }

  #say(event: "left" | "renew"): void {
    this.dispatchEvent(new Event(event));
  }

  #end({ id, current }: SignedIn): void {
    this.#deed.begin({
      heading: current ? "End this session?" : "End that session?",
      text: current ? "You are signed out here." : "Whoever uses it is signed out within a second.",
      verb: "End it",
      grave: true,
      run: async () => {
        await endSession(this.api, id);
        if (current) this.#say("left");
      },
      said: "The session is ended.",
    });
  }

  #password(): void {
    this.#deed.begin({
      heading: "Change your password",
      text: "Your other sessions end.",
      fields: () => html`<label>Password of today<input class="field" type="password" name="old" autocomplete="current-password" required /></label>${passwordFields("New password")}`,
      verb: "Change it",
      check: (form) => passwordProblem(String(form.get("password")), String(form.get("again"))),
      run: (form) => changePassword(this.api, { old: String(form.get("old")), new: String(form.get("password")) }),
      said: "Your password is changed; your other sessions are ended.",
    });
  }

  #addFactor(): void {
    this.#deed.begin({
      heading: "Set up a second factor",
      text: "You need an app that makes codes for signing in (TOTP), on a phone or in a password manager. The next step shows a secret for it.",
      verb: "Show the secret",
      run: async () => ({ next: this.#confirmation(await beginTotp(this.api)) }),
      said: "",
    });
  }

  #confirmation({ secret, uri }: { readonly secret: string; readonly uri: string }): DeedOptions {
    return {
      heading: "Put it into your app",
      fields: () => html`<p>Type this secret into the app, or open the link on the device that has it:</p>
        <pre class="secret" tabindex="0" aria-label="Secret">${secret.replace(/(.{4})(?=.)/g, "$1 ")}</pre>
        <p><ind-copy .value=${secret} label="Copy the secret"></ind-copy> <a href=${uri}>Open in an app</a></p>
        <label>Code that the app shows now<input class="field" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="16" /></label>`,
      verb: "Set it up",
      run: async (form) => {
        await confirmTotp(this.api, String(form.get("code")).trim());
        this.#say("renew");
      },
      said: "From now on, signing in with your password needs a code of your app.",
    };
  }

  #dropFactor(): void {
    this.#deed.begin({
      heading: "Take the second factor off?",
      text: "Signing in then needs your password alone.",
      fields: () => html`<label>Password<input class="field" type="password" name="password" autocomplete="current-password" required /></label>`,
      verb: "Take it off",
      grave: true,
      run: async (form) => {
        await removeTotp(this.api, String(form.get("password")));
        this.#say("renew");
      },
      said: "Your account has no second factor any more.",
    });
  }

  #time(time: string): TemplateResult {
    return html`<time datetime=${time} title=${utcTime(time)}>${localTime(time, this.locale)}</time> <span class="muted">${age(time, Date.now(), this.locale)}</span>`;
  }

  #list(all: readonly SignedIn[]): TemplateResult {
    return html`<div class="scroll" tabindex="0" role="group" aria-label="Sessions"><table class="rows">
      <thead><tr><th scope="col">Signed in</th><th scope="col">Last seen</th><th scope="col">From</th><th scope="col">With</th><th scope="col">Ends</th><td></td></tr></thead>
      <tbody>
        ${all.map(
          (one) => html`<tr><th scope="row">${this.#time(one.signed_in)} ${one.current ? html`<span class="badge sky">this one</span>` : nothing}</th><td>${this.#time(one.last_seen)}</td>
            <td class="mono">${visible(one.ip ?? "—")}</td><td>${visible(one.user_agent ?? "—")}</td><td>${this.#time(one.expires)}</td>
            <td><button class="quiet" aria-label="End the session of ${localTime(one.signed_in, this.locale)}" @click=${() => this.#end(one)}>End</button></td></tr>`,
        )}
      </tbody>
    </table></div>`;
  }

  #signIn(): TemplateResult {
    const { principal, session } = this.session;
    if (principal.issuer !== undefined) return section("Sign-in", html`<p>You sign in by ${visible(principal.issuer)}: password and second factor are there.</p>`);
    const factor = session?.second_factor === true;
    return html`${section("Password", html`<button class="button" @click=${() => this.#password()}>Change the password</button>`, { room: "half" })}
      ${section(
        "Second factor",
        factor
          ? html`<p><span class="badge emerald"><span aria-hidden="true">✓</span>set up</span></p><button class="button" @click=${() => this.#dropFactor()}>Take it off</button>`
          : html`<p><span class="badge">none</span></p><button class="button ${this.due ? "primary" : ""}" @click=${() => this.#addFactor()}>Set one up</button>`,
        { room: "half", note: "A code of an app beside the password, so that the password alone opens nothing." },
      )}`;
  }

  override render(): TemplateResult {
    const { principal } = this.session;
    return html`<div class="page">
      <div class="top"><h1>Account</h1></div>
      <p class="lead">${visible(principal.name ?? principal.id)}${principal.email === undefined ? nothing : html`, ${visible(principal.email)}`} <span class="mono">${visible(principal.id)}</span></p>
      ${this.#deed.render()}
      <div class="blocks">${block("Sessions", this.#sessions, (all) => this.#list(all), { note: "Where you are signed in. End what you do not know, and change your password." })} ${this.#signIn()}</div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-account": Account;
  }
}
