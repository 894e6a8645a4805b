/** Signing in: e-mail address and password, a second factor where it is asked for, or a provider. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import type { Api } from "../api/client.js";
import { Answer, problemOf } from "../pages/answer.js";
import { visible } from "../ui/text.js";
import { skeleton, tokens } from "../ui/tokens.js";
import { providerHref, signIn, signInWays } from "./ask.js";
import { type Refusal, refusalOf, secondsLeft } from "./refusal.js";
import { SIGN_IN } from "./return-path.js";
import { signInStyles } from "./sign-in-styles.js";
import type { SignInWays } from "./types.js";

/** `<ind-sign-in>`. Event: `entered` (detail: the session). */
@customElement("ind-sign-in")
export class SignIn extends LitElement {
  static override styles = [tokens, skeleton, signInStyles];

  @property({ attribute: false }) api!: Api;
  /** Path that a provider comes back to. */
  @property() back = "/";
  /** Whether it stands over a page that must stay: a provider is then visited beside it. */
  @property({ type: Boolean }) over = false;
  /** Known e-mail address. */
  @property() email = "";
  @state() private password = "";
  @state() private code: string | undefined;
  /** Why signing in did not work before, where it did not. */
  @property({ attribute: false }) refusal: Refusal | undefined;
  @state() private asking = false;
  @query("[data-first]") private readonly first!: HTMLInputElement | null;
  readonly #ways = new Answer<SignInWays>(this);
  #begun = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("api")) void this.#ways.ask(() => signInWays(this.api));
  }

  override disconnectedCallback(): void {
    clearInterval(this.#timer);
    super.disconnectedCallback();
  }

  /** Once there is something to fill in, the reader is there. */
  protected override updated(): void {
    if (this.#begun || this.first === null) return;
    this.#begun = true;
    this.first.focus();
  }

  readonly #submitted = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.asking || this.#left > 0) return;
    [this.asking, this.refusal] = [true, undefined];
    try {
      const { email, password, code } = this;
      const session = await signIn(this.api, code === undefined ? { email, password } : { email, password, code: code.trim() });
      this.dispatchEvent(new CustomEvent("entered", { detail: session }));
    } catch (error) {
      this.#refused(error);
    }
    this.asking = false;
    await this.updateComplete;
    this.first?.focus();
  };

  #refused(error: unknown): void {
    const problem = problemOf(error);
    if (problem.code === "second_factor_needed") {
      this.code = "";
      return;
    }
    this.refusal = refusalOf(problem, Date.now());
    // A wrong code is typed anew; a wrong password stays for who mistyped the address.
    if (this.code !== undefined) this.code = "";
    clearInterval(this.#timer);
    if (this.#left > 0) this.#timer = setInterval(() => this.#tick(), 1_000);
  }

  #tick(): void {
    if (this.#left === 0) clearInterval(this.#timer);
    this.requestUpdate();
  }

  get #left(): number {
    return this.refusal === undefined ? 0 : secondsLeft(this.refusal, Date.now());
  }

  #button(label: string): TemplateResult {
    const left = this.#left;
    return html`<button class="button primary" ?disabled=${left > 0} aria-disabled=${this.asking}>${left > 0 ? `Try again in ${left} s` : this.asking ? "Signing in …" : label}</button>`;
  }

  #passwordForm(): TemplateResult {
    return html`<form @submit=${this.#submitted}>
      <label>E-mail address<input class="field" type="email" name="email" autocomplete="username" required ?data-first=${this.email === ""} .value=${live(this.email)}
          @input=${({ target }: Event) => (this.email = (target as HTMLInputElement).value)} /></label>
      <label>Password<input class="field" type="password" name="password" autocomplete="current-password" required ?data-first=${this.email !== ""} .value=${live(this.password)}
          @input=${({ target }: Event) => (this.password = (target as HTMLInputElement).value)} /></label>
      ${this.#refusal()} ${this.#button("Sign in")}
    </form>`;
  }

  #refusal(): TemplateResult | typeof nothing {
    return this.refusal === undefined ? nothing : html`<p class="refused" role="alert">${this.refusal.text}</p>`;
  }

  #codeForm(): TemplateResult {
    return html`<form @submit=${this.#submitted}>
      <label>Code that your app shows for this log<input class="field code" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="16" data-first .value=${live(this.code ?? "")}
          @input=${({ target }: Event) => (this.code = (target as HTMLInputElement).value)} /></label>
      ${this.#refusal()} ${this.#button("Sign in")}
      <button type="button" class="quiet" @click=${() => [this.code, this.refusal] = [undefined, undefined]}>Use another account</button>
    </form>`;
  }

  #providers({ providers, password }: SignInWays): TemplateResult | typeof nothing {
    if (providers.length === 0) return nothing;
    const back = this.over ? `${SIGN_IN}?done` : this.back;
    return html`${password ? html`<p class="or">or</p>` : nothing}
      <div class="providers">
        ${providers.map(({ id, name }) => html`<a class="button" href=${providerHref(this.api, id, back)} target=${this.over ? "_blank" : nothing}>Sign in with ${visible(name)}</a>`)}
      </div>`;
  }

  #choices(): unknown {
    const { value, failure, asking } = this.#ways;
    if (failure !== undefined && !asking) return html`<p class="refused" role="alert">${failure.detail} <button class="quiet" @click=${this.#ways.again}>Try again</button></p>`;
    if (value === undefined) return html`<p><span class="hidden">Loading</span><span class="skeleton"></span></p>`;
    if (!value.password && value.providers.length === 0) return html`<p role="alert">Nobody can sign in here so far: whoever runs the log makes the first account on its machine.</p>`;
    return html`${value.password ? this.#passwordForm() : nothing} ${this.#providers(value)}`;
  }

  override render(): TemplateResult {
    return html`<div class="card">
      ${this.code === undefined ? this.#choices() : this.#codeForm()}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-sign-in": SignIn;
  }
}
