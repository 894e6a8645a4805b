import { html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Api } from "../api/client.js";

@customElement("ind-proof")
export class ProofBadge extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property() text = "";
  @property() locale = "en";
  override render(): TemplateResult {
    return html``;
  }
}
