/** A button that copies a text and says so. */
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { tokens } from "./tokens.js";

/** How long the button says what it did, in milliseconds. */
const SAID_MS = 1_500;

@customElement("ind-copy")
export class Copy extends LitElement {
  static override styles = [
    tokens,
    css`
      :host {
        display: inline-block;
      }
    `,
  ];

  @property() value = "";
  @property() label = "Copy";
  @state() private said = "";

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.value);
      this.said = "Copied";
    } catch {
      // Pages without HTTPS have no clipboard; the text can still be selected.
      this.said = "Select and copy it by hand";
    }
    setTimeout(() => (this.said = ""), SAID_MS);
  }

  override render(): TemplateResult {
    return html`<button class="quiet" @click=${() => void this.#copy()}>${this.said || this.label}</button
      ><span class="hidden" role="status">${this.said}</span>`;
  }
}
