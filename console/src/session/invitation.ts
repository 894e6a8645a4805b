/** An invitation: whoever has its link makes an account of it, with a name and a password. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../api/client.js";
import { Answer, problemOf } from "../pages/answer.js";
import { visible } from "../ui/text.js";
import { localTime } from "../ui/time.js";
import { skeleton, tokens } from "../ui/tokens.js";
import { acceptInvitation, lookAtInvitation } from "./ask.js";
import { passwordFields, passwordProblem } from "./password-fields.js";
import { signInStyles } from "./sign-in-styles.js";
import type { Invitation } from "./types.js";

/** `<ind-invitation>`. Event: `entered` (detail: the session). */
@customElement("ind-invitation")
export class InvitationForm extends LitElement {
  static override styles = [tokens, skeleton, signInStyles];

  @property({ attribute: false }) api!: Api;
  /** The link's secret. */
  @property() token = "";
  @property() locale = navigator.language || "en";
  @state() private refusal = "";
  @state() private asking = false;
  #begun = false;
  readonly #invitation = new Answer<Invitation>(this);

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("token")) void this.#invitation.ask(() => lookAtInvitation(this.api, this.token));
  }

  protected override updated(): void {
    const first = this.renderRoot.querySelector<HTMLInputElement>("[data-first]");
    if (this.#begun || first === null) return;
    this.#begun = true;
    first.focus();
  }

  readonly #submitted = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.asking) return;
    const form = new FormData(event.target as HTMLFormElement);
    const [name = "", password = "", again = "", email = ""] = ["name", "password", "again", "email"].map((field) => String(form.get(field) ?? ""));
    this.refusal = passwordProblem(password, again);
    if (this.refusal !== "") return;
    this.asking = true;
    try {
      const session = await acceptInvitation(this.api, { token: this.token, name: name.trim(), password, ...(this.#invitation.value?.email === undefined ? { email: email.trim() } : {}) });
      this.dispatchEvent(new CustomEvent("entered", { detail: session }));
    } catch (error) {
      this.refusal = problemOf(error).detail;
    }
    this.asking = false;
  };

  #form({ email, name = "", expires }: Invitation): TemplateResult {
    const whom = email === undefined ? "The first account of this log: it manages access, and reads everything." : html`For <strong>${visible(email)}</strong>.`;
    return html`<p>${whom} Open until ${localTime(expires, this.locale)}, and for one use.</p>
      <form @submit=${this.#submitted}>
        ${email === undefined
          ? html`<label>E-mail address<input class="field" type="email" name="email" autocomplete="username" required maxlength="254" /></label>`
          : html`<input type="hidden" autocomplete="username" .value=${email} />`}
        <label>Your name<input class="field" name="name" autocomplete="name" required maxlength="200" value=${name} data-first /></label>
        ${passwordFields()}
        <button class="button primary" aria-disabled=${this.asking}>${this.asking ? "One moment …" : "Make the account"}</button>
      </form>`;
  }

  override render(): TemplateResult {
    const { value, failure, asking } = this.#invitation;
    return html`<div class="card">
      ${value !== undefined ? this.#form(value) : asking ? html`<p><span class="hidden">Loading</span><span class="skeleton"></span></p>` : nothing}
      ${failure === undefined || asking
        ? nothing
        : html`<p class="refused" role="alert">${failure.code === "bad_link" ? "This link was used already, or its time is over. Ask whoever sent it for another." : visible(failure.detail)}</p>`}
      ${this.refusal === "" ? nothing : html`<p class="refused" role="alert">${this.refusal}</p>`}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-invitation": InvitationForm;
  }
}
