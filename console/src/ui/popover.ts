/** A panel that a button opens below itself, on the platform's own popover: top layer, light dismiss, Esc. */
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { tokens } from "./tokens.js";

/** Distance to the button and to the window's edges, in pixels. */
const GAP = 4;

/**
 * `<ind-popover label="…">` with the panel as its content and the button's face in the slot `face`.
 *
 * Events: `open` and `close`.
 */
@customElement("ind-popover")
export class Popover extends LitElement {
  static override styles = [
    tokens,
    css`
      :host {
        display: inline-block;
      }
      .panel {
        position: fixed;
        inset: auto;
        margin: 0;
        padding: 10px;
        max-width: calc(100vw - 16px);
        max-height: min(70vh, 560px);
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: 8px;
        background: var(--bg);
        color: var(--text);
        box-shadow: 0 8px 28px rgb(0 0 0 / 18%);
      }
    `,
  ];

  /** What the panel is, for those who do not see it. */
  @property() label = "";
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean, reflect: true }) open = false;
  /** Class of the button. */
  @property() face = "button";

  @query(".panel") private readonly panel!: HTMLElement;
  @query("#face") private readonly button!: HTMLButtonElement;

  /** Closes the panel and gives the focus back to the button. */
  close(): void {
    if (this.open) this.panel.hidePopover();
  }

  show(): void {
    if (!this.open) this.panel.showPopover();
  }

  override focus(): void {
    this.button.focus();
  }

  #place(): void {
    const at = this.button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.panel;
    const below = innerHeight - at.bottom - 2 * GAP;
    const top = height > below && at.top > below ? Math.max(GAP, at.top - height - GAP) : at.bottom + GAP;
    this.panel.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    this.panel.style.top = `${top}px`;
  }

  /** Whether the focus was in the panel, or nowhere: browsers give it back to the button for what is in no slot only. */
  get #focusLost(): boolean {
    const within = (this.getRootNode() as Document | ShadowRoot).activeElement;
    return document.activeElement === document.body || (within !== null && within !== this && this.contains(within));
  }

  readonly #toggled = (event: ToggleEvent): void => {
    this.open = event.newState === "open";
    if (this.open) this.#place();
    else if (this.#focusLost) this.button.focus();
    this.dispatchEvent(new Event(this.open ? "open" : "close"));
  };

  override render(): TemplateResult {
    return html`<button id="face" class=${`${this.face} ${this.active ? "active" : ""}`} popovertarget="panel" aria-haspopup="dialog" aria-expanded=${this.open}>
        <slot name="face"></slot>
      </button>
      <div id="panel" class="panel" popover="auto" role="dialog" aria-label=${this.label} @toggle=${this.#toggled}>
        <slot></slot>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-popover": Popover;
  }
}
