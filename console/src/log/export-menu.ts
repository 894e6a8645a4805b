/** Exports of exactly what is asked for, with progress; whether the file is whole is checked before it is saved. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Api, AskError } from "../api/client.js";
import "../ui/popover.js";
import { count as number } from "../ui/time.js";
import { tokens } from "../ui/tokens.js";
import { download, type Format, FORMATS } from "./download.js";

/** `<ind-export>`: a menu of formats. */
@customElement("ind-export")
export class ExportMenu extends LitElement {
  static override styles = [
    tokens,
    css`
      :host {
        display: inline-block;
      }
      .menu {
        display: grid;
        gap: 4px;
        width: 250px;
      }
      .menu .button {
        height: auto;
        padding: 6px 10px;
        display: block;
        text-align: left;
        white-space: normal;
      }
      progress {
        width: 100%;
        accent-color: var(--accent);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  /** The filters as they are asked now. */
  @property({ attribute: false }) params = new URLSearchParams();
  /** Layout of the CSV's first columns. */
  @property() layout: string | undefined;
  /** Entries that match. */
  @property({ type: Number }) count: number | undefined;
  @property() locale = "en";
  @state() private bytes: number | undefined;
  @state() private said = "";
  @state() private failed = false;
  #abort: AbortController | undefined;

  async #export(format: Format): Promise<void> {
    if (this.bytes !== undefined) return;
    this.#abort = new AbortController();
    [this.bytes, this.said, this.failed] = [0, "", false];
    const params = new URLSearchParams(this.params);
    params.set("format", format);
    if (format === "csv" && this.layout !== undefined) params.set("layout", this.layout);
    try {
      const name = await download(this.api, params, format, this.#abort.signal, (bytes) => (this.bytes = bytes));
      this.said = `${name} is saved.`;
    } catch (error) {
      this.failed = true;
      const aborted = this.#abort.signal.aborted;
      this.said = aborted ? "The export was stopped; nothing was saved." : error instanceof AskError || error instanceof Error ? error.message : String(error);
    }
    this.bytes = undefined;
  }

  override render(): TemplateResult {
    const running = this.bytes !== undefined;
    const mib = ((this.bytes ?? 0) / 1_048_576).toLocaleString(this.locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
    const what = this.count === undefined ? "what is shown" : `${number(this.count, this.locale)} entries`;
    return html`<ind-popover label="Export">
      <span slot="face">${running ? `Exporting, ${mib} MiB` : "Export"} <span aria-hidden="true" class="muted">▾</span></span>
      <div class="menu">
        <span class="muted">Exactly ${what}, newest first. The export itself is recorded.</span>
        ${FORMATS.map(
          ({ format, label, use }) =>
            html`<button class="button" ?disabled=${running} @click=${() => void this.#export(format)}><strong>${label}</strong><br /><span class="muted">${use}</span></button>`,
        )}
        ${running ? html`<progress aria-label="Exporting"></progress><button class="quiet" @click=${() => this.#abort?.abort()}>Stop</button>` : nothing}
        <span role=${this.failed ? "alert" : "status"}>${this.said}</span>
      </div>
    </ind-popover>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-export": ExportMenu;
  }
}
