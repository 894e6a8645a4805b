/** The server's own verification: the last one, one that runs, and a button for another. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Api, AskError, type Problem } from "../../api/client.js";
import type { VerificationState, Verified } from "../../api/types.js";
import { badgeStyles } from "../../ui/badges.js";
import { visible } from "../../ui/text.js";
import { age, count as number, localTime, utcTime } from "../../ui/time.js";
import { skeleton, tokens } from "../../ui/tokens.js";
import { failed, waiting } from "../block.js";
import { logLink } from "../links.js";
import { Answer, problemOf } from "../answer.js";
import { doneOf, VERIFICATIONS } from "./last-verified.js";
import { blockStyles } from "../page-styles.js";
import { integrityStyles } from "./integrity-styles.js";

/** Time between two looks at how far a verification is, in milliseconds. */
const POLL_MS = 1_000;

/** Findings listed at most: a log with more of them is broken all the same. */
const FINDINGS_MAX = 200;

/** `<ind-verification>`. */
@customElement("ind-verification")
export class VerificationBlock extends LitElement {
  static override styles = [
    tokens,
    skeleton,
    badgeStyles,
    blockStyles,
    integrityStyles,
    css`
      progress {
        width: min(480px, 100%);
        height: 10px;
        accent-color: var(--accent);
      }
      .findings {
        margin: 8px 0;
        padding-left: 18px;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() locale = "en";
  /** When the page was asked: another time asks anew. */
  @property({ attribute: false }) asOfMs = 0;
  /** The reader's own request, until it is answered. */
  @state() private requested = false;
  @state() private refusal: Problem | undefined;
  readonly #known = new Answer<VerificationState>(this);
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("api") || changed.has("asOfMs")) void this.#look();
  }

  /** Asks how far it is, and again after a while as long as one runs. */
  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#known.ask((signal) => this.api.json<VerificationState>("/v1/verification", undefined, { signal }));
    if ((this.requested || this.#running !== undefined) && this.isConnected) this.#timer = setTimeout(() => void this.#look(), POLL_MS);
  }

  async #verify(): Promise<void> {
    if (this.requested || this.#running !== undefined) return;
    [this.requested, this.refusal] = [true, undefined];
    void this.#look();
    try {
      // The answer may come when it is done, or as soon as it runs: what is known afterwards says which.
      await this.api.fetch("/v1/verification", undefined, { method: "POST" });
    } catch (error) {
      // Another one runs already: that one is watched.
      if (!(error instanceof AskError) || error.problem.status !== 409) this.refusal = problemOf(error);
    }
    this.requested = false;
    await this.#look();
  }

  get #running(): NonNullable<VerificationState["running"]> | undefined {
    return this.#known.value?.running ?? undefined;
  }

  #progress(): TemplateResult {
    const running = this.#running;
    if (running === undefined || running.entries === 0) return html`<div><progress aria-label="Verification"></progress><p class="muted" role="status">Every entry is being checked against the tree …</p></div>`;
    const percent = new Intl.NumberFormat(this.locale, { style: "percent" }).format(doneOf(running));
    const text = `${number(running.entries_done, this.locale)} of ${number(running.entries, this.locale)} entries checked (${percent})`;
    return html`<div><progress aria-label="Verification" max="1" .value=${doneOf(running)}></progress><p class="muted">${text}</p></div>`;
  }

  #last({ time, sound, entries, findings }: Verified): TemplateResult {
    const badge = sound
      ? html`<span class="badge emerald"><span aria-hidden="true">✓</span>sound</span>`
      : html`<span class="badge rose"><span aria-hidden="true">✗</span>not sound</span>`;
    const when = time === undefined ? nothing : html`<time datetime=${time} title=${utcTime(time)}>${localTime(time, this.locale)}</time> <span class="muted">${age(time, Date.now(), this.locale)}</span>`;
    const counted = `${number(entries, this.locale)} ${entries === 1 ? "entry" : "entries"}`;
    const said = sound ? `All ${counted} are as they were acknowledged.` : `Of ${counted}, not all are as they were acknowledged. Keep the data folder as it is, and compare it with a backup or a mirror.`;
    const more = findings.length - FINDINGS_MAX;
    return html`<p>${badge} ${when}</p>
      <p>${said}</p>
      ${findings.length === 0
        ? nothing
        : html`<h3>Findings</h3>
            <ul class="findings">${findings.slice(0, FINDINGS_MAX).map((finding) => html`<li>${visible(finding)}</li>`)}</ul>
            ${more > 0 ? html`<p class="muted">and ${number(more, this.locale)} more, in the verification's entry</p>` : nothing}`}`;
  }

  override render(): TemplateResult {
    const { value, failure, asking } = this.#known;
    if (value === undefined) return failure !== undefined && !asking ? failed(failure, this.#known.again) : waiting(3);
    const runs = this.requested || this.#running !== undefined;
    return html`${this.refusal === undefined ? nothing : failed(this.refusal, () => void this.#verify())} ${runs ? this.#progress() : nothing}
      <div role="status">${value.last ? this.#last(value.last) : runs ? nothing : html`<p class="muted">The server has not verified this log so far.</p>`}</div>
      <div class="actions">
        <button class="button primary" aria-disabled=${runs} @click=${() => void this.#verify()}>${runs ? "Verifying …" : "Verify now"}</button>
        ${logLink(VERIFICATIONS, "All verifications in the log")}
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-verification": VerificationBlock;
  }
}
