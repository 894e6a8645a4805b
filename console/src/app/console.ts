/** The console: pages under one head for who is signed in, and everything the reader chose in the URL. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import "../log/indelible-log.js";
import { Rights } from "../log/rights.js";
import { Filters } from "../state/filters.js";
import { invitationOf, returnPath, SIGN_IN, signInHref } from "../session/return-path.js";
import { Session } from "../session/session.js";
import { mayEverywhere, type SessionInfo } from "../session/types.js";
import { readView, type View, VIEW_DEFAULT, writeView } from "../state/view.js";
import { skeleton, tokens } from "../ui/tokens.js";
import { consoleStyles } from "./console-styles.js";
import { entrance, factorDue, notYours, reasonOver, signInOver, unanswered } from "./entrance.js";
import { type Page, pageOf, pagesFor } from "./routes.js";
import "./session-menu.js";
import { applyTheme, nextTheme, type Theme, themeNow } from "./theme.js";

const SIGNS: Readonly<Record<Theme, string>> = { auto: "◐", light: "☀", dark: "☾" };

/** Pages that ask within the log's filters; others have questions of their own. */
const WITHIN_FILTERS: readonly string[] = ["/overview", "/catalogue", "/integrity", "/access", "/account"];

/** `<indelible-console>`. */
@customElement("indelible-console")
export class Console extends LitElement {
  static override styles = [tokens, skeleton, consoleStyles];

  @state() private page: Page = pageOf(location.pathname);
  @state() private view: View = readView(new URLSearchParams(location.search));
  @state() private theme: Theme = themeNow();
  /** The page whose link was brought into sight last. */
  #inSight: Page | undefined;
  readonly #session = new Session(() => this.#stands());

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("popstate", this.#moved);
    addEventListener("focus", this.#looked);
    applyTheme(this.theme);
    void this.#session.begin();
  }

  override disconnectedCallback(): void {
    removeEventListener("popstate", this.#moved);
    removeEventListener("focus", this.#looked);
    super.disconnectedCallback();
  }

  readonly #moved = (): void => {
    this.page = pageOf(location.pathname);
    this.view = readView(new URLSearchParams(location.search));
    this.#stands();
  };

  /** Who signed in beside the page, by a provider or in another tab, goes on here. */
  readonly #looked = (): void => void this.#session.look();

  /** Who is not signed in is at the sign-in, who is is not; the address says so. */
  #stands(): void {
    const { state } = this.#session.standing;
    if (state === "out" && location.pathname !== SIGN_IN) history.replaceState(null, "", signInHref(location));
    if (state === "in" && location.pathname === SIGN_IN && !this.#stays) {
      history.replaceState(null, "", returnPath(new URLSearchParams(location.search), location.origin));
      this.page = pageOf(location.pathname);
      this.view = readView(new URLSearchParams(location.search));
    }
    this.requestUpdate();
  }

  /** Whether the sign-in has something to say to who is signed in already. */
  get #stays(): boolean {
    return invitationOf(location.hash) !== undefined || new URLSearchParams(location.search).has("done");
  }

  readonly #entered = ({ detail }: CustomEvent<SessionInfo>): void => {
    if (invitationOf(location.hash) !== undefined) history.replaceState(null, "", SIGN_IN);
    this.#session.entered(detail);
  };

  #address(path: string, view: View): string {
    const query = writeView(view).toString();
    return query === "" ? path : `${path}?${query}`;
  }

  #visit(address: string, push = true): void {
    history[push ? "pushState" : "replaceState"](null, "", address);
    this.#moved();
  }

  #go(path: string, view: View, push = true): void {
    this.#visit(this.#address(path, view), push);
  }

  #link(event: MouseEvent, path: string): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.#go(path, this.#carried(path));
  }

  /** Other pages ask within the same filters, but show no entry. */
  #carried(path: string): View {
    if (path === this.page.path && path === "/") return this.view;
    const own = this.page.path === "/activity" || (path !== "/" && !WITHIN_FILTERS.includes(path));
    return { ...VIEW_DEFAULT, filters: own ? Filters.none : this.view.filters };
  }

  readonly #asks = ({ detail }: CustomEvent<Filters>): void => this.#go("/", { ...VIEW_DEFAULT, filters: detail });

  readonly #narrows = ({ detail }: CustomEvent<Filters>): void => this.#go(this.page.path, { ...this.view, filters: detail });

  readonly #turns = ({ detail }: CustomEvent<URLSearchParams>): void => this.#visit(`${this.page.path}?${detail}`);

  #log(session: SessionInfo): TemplateResult {
    return html`<h1 class="hidden">Log</h1><indelible-log class="content" .wholePage=${true} .api=${this.#session.api} .session=${session} .view=${this.view} .hrefOf=${(view: View) => this.#address("/", view)}
        @view-change=${({ detail }: CustomEvent<{ view: View; push: boolean }>) => this.#go("/", detail.view, detail.push)}></indelible-log>`;
  }

  #account(session: SessionInfo): TemplateResult {
    return html`<ind-account ?due=${this.#session.factorDue} .api=${this.#session.api} .session=${session} @left=${() => this.#session.left()} @renew=${() => void this.#session.refresh()}></ind-account>`;
  }

  #content(session: SessionInfo): TemplateResult {
    const { api } = this.#session;
    if (this.#session.factorDue) return html`${factorDue()}${this.#account(session)}`;
    if (!this.page.isFor(session)) return notYours(api, session, this.page.label);
    const { filters } = this.view;
    const pages: Readonly<Record<string, () => TemplateResult>> = {
      "/overview": () => html`<ind-overview .api=${api} .rights=${new Rights(session)} .filters=${filters} @ask=${this.#asks} @narrow=${this.#narrows}></ind-overview>`,
      "/catalogue": () => html`<ind-catalogue .api=${api} .rights=${new Rights(session)} .filters=${filters} @ask=${this.#asks} @narrow=${this.#narrows}></ind-catalogue>`,
      "/integrity": () => html`<ind-integrity .api=${api} .verifies=${mayEverywhere(session, "verify")} @ask=${this.#asks}></ind-integrity>`,
      "/access": () => html`<ind-access .api=${api} .session=${session} .params=${new URLSearchParams(location.search)} @ask=${this.#asks} @turn=${this.#turns}></ind-access>`,
      "/account": () => this.#account(session),
      "/activity": () =>
        html`<ind-activity .api=${api} .session=${session} .view=${this.view} .hrefOf=${(view: View) => this.#address("/activity", view)} .params=${new URLSearchParams(location.search)}
          @turn=${this.#turns} @ask=${this.#asks} @view-change=${({ detail }: CustomEvent<{ view: View; push: boolean }>) => this.#go("/activity", detail.view, detail.push)}></ind-activity>`,
    };
    return pages[this.page.path]?.() ?? this.#log(session);
  }

  protected override updated(): void {
    // Where the head is narrow, the page one is on is in sight among the others.
    const here = this.renderRoot.querySelector("nav [aria-current=page]");
    if (here !== null && this.#inSight !== this.page) {
      this.#inSight = this.page;
      here.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    const { state } = this.#session.standing;
    document.title = location.pathname === SIGN_IN ? "Sign in · Indelible" : this.page.path === "/" ? "Indelible" : `${this.page.label} · Indelible`;
    if (state === "out" || state === "over" || location.pathname === SIGN_IN) void import("../session/index.js");
    else if (state === "in" && (this.page.path !== "/" || this.#session.factorDue)) void import("../pages/index.js");
    const over = this.renderRoot.querySelector("dialog");
    if (over !== null && !over.open) over.showModal();
  }

  #pages(session: SessionInfo): TemplateResult {
    return html`<nav aria-label="Pages">
      ${pagesFor(session).map(
        ({ path, label }) =>
          html`<a href=${this.#address(path, this.#carried(path))} aria-current=${path === this.page.path ? "page" : "false"} @click=${(event: MouseEvent) => this.#link(event, path)}>${label}</a>`,
      )}
    </nav>`;
  }

  #head(session: SessionInfo | undefined): TemplateResult {
    return html`<header>
      <button class="skip" @click=${() => this.renderRoot.querySelector<HTMLElement>("main")?.focus()}>Skip to the content</button>
      <span class="brand">Indelible</span>
      ${session === undefined ? nothing : this.#pages(session)}
      <span class="right">
        <button class="quiet theme" @click=${() => applyTheme((this.theme = nextTheme(this.theme)))} aria-label="Theme: ${this.theme}" title="Theme: ${this.theme}">${SIGNS[this.theme]}</button>
        ${session === undefined ? nothing : html`<ind-session .session=${session} .owner=${this.#session} @visit=${({ detail }: CustomEvent<string>) => this.#visit(detail)}></ind-session>`}
      </span>
    </header>`;
  }

  #body(): TemplateResult | typeof nothing {
    const { standing, api } = this.#session;
    const entering = location.pathname === SIGN_IN;
    switch (standing.state) {
      case "asking":
        return nothing;
      case "failed":
        return unanswered(standing.problem, () => void this.#session.begin());
      case "out":
        return entrance(api, location, this.#entered);
      default:
        return entering && this.#stays ? entrance(api, location, this.#entered) : html`${keyed(standing.session.principal.id, this.#content(standing.session))}`;
    }
  }

  override render(): TemplateResult {
    const { standing, api } = this.#session;
    const session = standing.state === "in" || standing.state === "over" ? standing.session : undefined;
    const entering = location.pathname === SIGN_IN;
    return html`${this.#head(entering ? undefined : session)}
      <main id="main" tabindex="-1" aria-label=${entering ? "Sign in" : this.page.label}>${this.#body()}</main>
      ${standing.state === "over" ? signInOver(api, standing.session, this.#entered, () => this.#session.left()) : this.#session.wantsReason ? reasonOver((reason) => this.#session.say(reason)) : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "indelible-console": Console;
  }
}
