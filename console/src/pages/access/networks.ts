/** Lists of networks that one may come from. */
import { html, type TemplateResult } from "lit";
import { visible } from "../../ui/text.js";

/** The field `allow` of a form. */
export function networksField(allow: readonly string[]): TemplateResult {
  return html`<label><span>Networks, one a line, such as <code>192.0.2.0/24</code> or <code>2001:db8::/32</code>; none allows all</span><textarea class="field" name="allow" rows="6" spellcheck="false">${allow.join("\n")}</textarea></label>`;
}

export function networksOf(form: FormData): string[] {
  return String(form.get("allow")).split(/[\s,]+/).filter((network) => network !== "");
}

export function networkList(allow: readonly string[]): TemplateResult {
  if (allow.length === 0) return html`<span class="muted">any address</span>`;
  return html`${allow.map((network) => html`<span class="mono">${visible(network)}</span><br />`)}`;
}
