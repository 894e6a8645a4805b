/** What the log itself recorded about one thing: who changed it when, and what. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Api } from "../../api/client.js";
import type { Entry, EntryPage } from "../../api/types.js";
import type { Scope } from "../../session/types.js";
import { roleName, scopeWords } from "../../session/words.js";
import { Filters } from "../../state/filters.js";
import { badgeStyles } from "../../ui/badges.js";
import { visible } from "../../ui/text.js";
import { age, localTime, utcSeconds, utcTime } from "../../ui/time.js";
import { skeleton, tokens } from "../../ui/tokens.js";
import { Answer } from "../answer.js";
import { failed, waiting } from "../block.js";
import { logLink } from "../links.js";
import { blockStyles } from "../page-styles.js";

/** Entries that are listed; the log has them all. */
const LISTED_MAX = 20;

/** Ends the names of fields that hold an instant, in microseconds since 1970. */
const MICROSECONDS = "_us";

/** `<ind-history>`. Event: `ask` (detail: filters for the log). */
@customElement("ind-history")
export class History extends LitElement {
  static override styles = [
    tokens,
    skeleton,
    badgeStyles,
    blockStyles,
    css`
      ol {
        margin: 0 0 8px;
        padding: 0;
        list-style: none;
      }
      li {
        padding: 6px 0;
        border-bottom: 1px solid var(--line);
        overflow-wrap: anywhere;
      }
      .change {
        display: block;
        font: 12px var(--mono);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  /** `token`, `account`, `grant`, `organization` or `settings`. */
  @property() type = "";
  /** Id; empty for all of the type. */
  @property() of = "";
  @property() locale = "en";
  /** Another number asks anew. */
  @property({ type: Number }) version = 0;
  readonly #entries = new Answer<readonly Entry[]>(this);

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("type") && !changed.has("of") && !changed.has("version")) return;
    if (changed.has("type") || changed.has("of")) this.#entries.drop();
    const params = new URLSearchParams([...this.#filters.pairs, ["limit", String(LISTED_MAX)], ["full", "true"]].map(([name = "", value = ""]) => [name, value]));
    void this.#entries.ask(async (signal) => (await this.api.json<EntryPage>("/v1/entries", params, { signal })).entries);
  }

  get #filters(): Filters {
    return Filters.of([["source", "indelible"], ["resource_type", this.type], ["resource_id", this.of]]);
  }

  #entry(entry: Entry): TemplateResult {
    const { time, actor, description, reason, changes = {} } = entry;
    return html`<li>
      ${logLink(Filters.of([["id", entry.id]]), visible(description))} <span class="muted">by</span> ${visible(actor.name ?? actor.id)}
      <time class="muted" datetime=${time} title=${utcTime(time)}>${age(time, Date.now(), this.locale)}, ${localTime(time, this.locale)}</time>
      ${reason === undefined ? nothing : html`<br /><span class="muted">because</span> ${visible(reason)}`}
      ${Object.entries(changes).map(([field, change]) => this.#change(field, change))}
    </li>`;
  }

  /** `role: Viewer for everything → Auditor for everything`; what was not there before or is no more is a dash. */
  #change(field: string, change: unknown): TemplateResult {
    const { before, after } = objectOf(change);
    const isTime = field.endsWith(MICROSECONDS);
    const text = (value: unknown): string => (isTime && typeof value === "number" ? localTime(new Date(value / 1_000).toISOString(), this.locale) : valueText(value));
    return html`<span class="change">${visible(isTime ? field.slice(0, -MICROSECONDS.length) : field)}: ${visible(text(before))} → ${visible(text(after))}</span>`;
  }

  override render(): TemplateResult {
    const { value, failure, asking } = this.#entries;
    if (value === undefined) return failure !== undefined && !asking ? failed(failure, this.#entries.again) : waiting(3);
    return html`${value.length === 0 ? html`<p class="muted">Nothing is on record.</p>` : html`<ol>${value.map((entry) => this.#entry(entry))}</ol>`} ${logLink(this.#filters, "Its history in the log")}`;
  }
}

/** A value in words: roles and what they are for, lists, members by name, instants, what is withheld. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return "—";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(valueText).join(", ");
  const { role, scope, grant, $personal } = objectOf(value);
  if ($personal !== undefined) return "(withheld)";
  if (grant !== undefined) return valueText(grant);
  if (typeof role === "string") return `${roleName(role)} for ${scopeWords(objectOf(scope) as Scope)}`;
  if (typeof value !== "object") return String(value);
  const members = Object.entries(value).map(([name, member]) => (name.endsWith(MICROSECONDS) ? `${name.slice(0, -MICROSECONDS.length)} ${instantText(member)}` : `${name} ${valueText(member)}`));
  return members.length === 0 ? "none" : members.join(", ");
}

/** In UTC; what is no instant as it is. */
function instantText(microseconds: unknown): string {
  return typeof microseconds === "number" ? utcSeconds(new Date(microseconds / 1_000).toISOString()) : valueText(microseconds);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-history": History;
  }
}
