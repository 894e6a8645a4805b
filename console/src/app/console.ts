/** The console: pages under one head, and everything the reader chose in the URL. */
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Api } from "../api/client.js";
import "../log/indelible-log.js";
import type { Filters } from "../state/filters.js";
import { readView, type View, VIEW_DEFAULT, writeView } from "../state/view.js";
import { tokens } from "../ui/tokens.js";
import { type Page, PAGES, pageOf } from "./routes.js";
import { applyTheme, nextTheme, type Theme, themeNow } from "./theme.js";

const SIGNS: Readonly<Record<Theme, string>> = { auto: "◐", light: "☀", dark: "☾" };

/** `<indelible-console>`. */
@customElement("indelible-console")
export class Console extends LitElement {
  static override styles = [
    tokens,
    css`
      :host {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
        height: 100vh;
        height: 100dvh;
        background: var(--bg);
      }
      header {
        display: flex;
        align-items: center;
        gap: 4px;
        padding: 6px 16px;
        border-bottom: 1px solid var(--line);
        overflow-x: auto;
      }
      .brand {
        font-weight: 650;
        letter-spacing: -0.01em;
        margin-right: 14px;
      }
      nav {
        display: flex;
        gap: 2px;
      }
      nav a {
        padding: 5px 10px;
        border-radius: var(--radius);
        color: var(--muted);
        text-decoration: none;
      }
      nav a:hover {
        background: var(--hover);
        color: var(--text);
      }
      nav a[aria-current="page"] {
        background: var(--chosen);
        color: var(--text);
      }
      .theme {
        margin-left: auto;
        min-width: 28px;
        font-size: 16px;
      }
      main {
        /* What is hidden in it must not make the document longer. */
        position: relative;
        min-height: 0;
        overflow: auto;
      }
      .skip {
        position: absolute;
        left: -9999px;
      }
      .skip:focus {
        left: 8px;
        top: 8px;
        z-index: 30;
        background: var(--bg);
        padding: 8px;
      }
      @media (max-width: 560px) {
        header {
          padding: 6px 10px;
        }
        .brand {
          margin-right: 4px;
        }
        nav a {
          padding: 5px 7px;
        }
      }
      @media (max-width: 380px) {
        nav {
          gap: 0;
        }
        nav a {
          padding: 5px;
        }
        header {
          padding: 6px 8px;
          gap: 2px;
        }
        .theme {
          min-width: 24px;
        }
      }
      @media print {
        :host {
          display: block;
          height: auto;
        }
        header {
          display: none;
        }
        main {
          overflow: visible;
        }
      }
    `,
  ];

  @state() private page: Page = pageOf(location.pathname);
  @state() private view: View = readView(new URLSearchParams(location.search));
  @state() private theme: Theme = themeNow();
  readonly #api = new Api();

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("popstate", this.#moved);
    applyTheme(this.theme);
  }

  override disconnectedCallback(): void {
    removeEventListener("popstate", this.#moved);
    super.disconnectedCallback();
  }

  readonly #moved = (): void => {
    this.page = pageOf(location.pathname);
    this.view = readView(new URLSearchParams(location.search));
  };

  #address(path: string, view: View): string {
    const query = writeView(view).toString();
    return query === "" ? path : `${path}?${query}`;
  }

  #go(path: string, view: View, push = true): void {
    history[push ? "pushState" : "replaceState"](null, "", this.#address(path, view));
    this.#moved();
  }

  #link(event: MouseEvent, path: string, view: View): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.#go(path, view);
  }

  /** Other pages ask within the same filters, but show no entry. */
  #carried(path: string): View {
    return path === "/" ? this.view : { ...VIEW_DEFAULT, filters: this.view.filters };
  }

  readonly #asks = ({ detail }: CustomEvent<Filters>): void => this.#go("/", { ...VIEW_DEFAULT, filters: detail });

  readonly #narrows = ({ detail }: CustomEvent<Filters>): void => this.#go(this.page.path, { ...this.view, filters: detail });

  #content(): TemplateResult {
    const { filters } = this.view;
    const pages: Readonly<Record<string, () => TemplateResult>> = {
      "/overview": () => html`<ind-overview .api=${this.#api} .filters=${filters} @ask=${this.#asks} @narrow=${this.#narrows}></ind-overview>`,
      "/catalogue": () => html`<ind-catalogue .api=${this.#api} .filters=${filters} @ask=${this.#asks} @narrow=${this.#narrows}></ind-catalogue>`,
      "/integrity": () => html`<ind-integrity .api=${this.#api} @ask=${this.#asks}></ind-integrity>`,
    };
    return (
      pages[this.page.path]?.() ??
      html`<h1 class="hidden">Log</h1><indelible-log .wholePage=${true} .view=${this.view} .hrefOf=${(view: View) => this.#address("/", view)}
        @view-change=${({ detail }: CustomEvent<{ view: View; push: boolean }>) => this.#go("/", detail.view, detail.push)}></indelible-log>`
    );
  }

  protected override updated(): void {
    document.title = this.page.path === "/" ? "Indelible" : `${this.page.label} · Indelible`;
    if (this.page.path !== "/") void import("../pages/index.js");
  }

  override render(): TemplateResult {
    return html`<header>
        <button class="skip" @click=${() => this.renderRoot.querySelector<HTMLElement>("main")?.focus()}>Skip to the content</button>
        <span class="brand">Indelible</span>
        <nav aria-label="Pages">
          ${PAGES.map(
            ({ path, label }) =>
              html`<a href=${this.#address(path, this.#carried(path))} aria-current=${path === this.page.path ? "page" : "false"}
                @click=${(event: MouseEvent) => this.#link(event, path, this.#carried(path))}>${label}</a>`,
          )}
        </nav>
        <button class="quiet theme" @click=${() => applyTheme((this.theme = nextTheme(this.theme)))} aria-label="Theme: ${this.theme}" title="Theme: ${this.theme}">${SIGNS[this.theme]}</button>
      </header>
      <main id="main" tabindex="-1" aria-label=${this.page.label}>${this.#content()}</main>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "indelible-console": Console;
  }
}
