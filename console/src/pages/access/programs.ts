/** Programs: tokens that send or read, with their limits, ends and uses. */
import { html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { mayEverywhere } from "../../session/types.js";
import { visible } from "../../ui/text.js";
import { count as number } from "../../ui/time.js";
import { Answer } from "../answer.js";
import type { ShownOnce } from "../deed.js";
import { endViewerTokens, makeToken, programs, revokeToken, roles, rotateToken } from "./ask.js";
import { GrantFields } from "./grant-fields.js";
import { forPrograms, giveGrant, grantList, takeGrant } from "./grants-of.js";
import { newProgram } from "./new-program.js";
import { Pane, table } from "./pane.js";
import type { Program, Role } from "./types.js";

const DAY_S = 86_400;

/** How long a token holds, in seconds. */
const ENDS: readonly (readonly [number, string])[] = [
  [90 * DAY_S, "in 90 days"],
  [30 * DAY_S, "in 30 days"],
  [365 * DAY_S, "in a year"],
  [0, "never"],
];

/** How long a token still counts beside the one that takes its place, in seconds. */
const OVERLAPS: readonly (readonly [number, string])[] = [
  [DAY_S, "a day"],
  [3_600, "an hour"],
  [7 * DAY_S, "a week"],
  [0, "not at all: it ends now"],
];

/** `<ind-programs>`. */
@customElement("ind-programs")
export class Programs extends Pane {
  readonly #programs = new Answer<readonly Program[]>(this);
  readonly #roles = new Answer<readonly Role[]>(this);

  protected override ask(): void {
    void this.#programs.ask((signal) => programs(this.api, signal));
    void this.#roles.ask((signal) => roles(this.api, signal));
  }

  #make(): void {
    const fields = new GrantFields(this, forPrograms(this.#roles.value ?? []));
    this.deed.begin({
      heading: "Make a token",
      fields: () => html`<label>Name<input class="field" name="name" required maxlength="200" autocomplete="off" /></label>
        ${fields.render()} ${choice("Ends", "expires_in", ENDS)}
        <details><summary>Source and limits</summary><div class="levels">
          <label><span>Source <span class="muted">(absent: the name)</span></span><input class="field" name="source" maxlength="64" autocomplete="off" /></label>
          <label>Events a second, at most<input class="field" type="number" min="1" name="events_per_second" /></label>
          <label>Bytes a second, at most<input class="field" type="number" min="1" name="bytes_per_second" /></label>
        </div></details>`,
      verb: "Make the token",
      reasoned: true,
      check: fields.check,
      run: async (form, said) => {
        const program = newProgram(form);
        return once(`The token of ${program.name}`, (await makeToken(this.api, program, said)).token);
      },
      said: "The token is made.",
    });
  }

  #rotate({ id, name }: Program): void {
    this.deed.begin({
      heading: `Another token for ${name}`,
      text: "It has the same source, roles and limits.",
      fields: () => choice("The one of today still counts for", "overlap", OVERLAPS),
      verb: "Make the token",
      reasoned: true,
      run: async (form, said) => once(`The new token of ${name}`, (await rotateToken(this.api, id, Number(form.get("overlap")), said)).token),
      said: `${name} has another token.`,
    });
  }

  #revoke({ id, name }: Program): void {
    this.deed.begin({
      heading: `Revoke the token of ${name}?`,
      text: "It stops working within a second, for feeds and exports that run as well, and cannot be brought back.",
      verb: "Revoke",
      grave: true,
      reasoned: true,
      run: (_, said) => revokeToken(this.api, id, said),
      said: `The token of ${name} is revoked.`,
    });
  }

  #endViewers(): void {
    this.deed.begin({
      heading: "End all viewers' tokens?",
      text: "Tokens that programs made for readers of their own pages stop working. The pages ask for new ones by themselves.",
      verb: "End them",
      grave: true,
      reasoned: true,
      run: (_, said) => endViewerTokens(this.api, said),
      said: "No viewer's token that was made before is good any more.",
    });
  }

  #list(all: readonly Program[]): TemplateResult {
    const rows = all.map((program) => ({
      gone: isOver(program),
      cells: [this.opener("programs", program.id, visible(program.name)), stateOf(program), html`<span class="mono">${visible(program.source)}</span>`, grantList(program.grants, undefined), this.time(program.expires, "never"), this.time(program.last_used, "never")],
    }));
    return html`<div class="tools"><button class="button primary" ?disabled=${this.#roles.value === undefined} @click=${() => this.#make()}>Make a token</button>
        ${mayEverywhere(this.session, "access") ? html`<button class="button" @click=${() => this.#endViewers()}>End all viewers' tokens</button>` : nothing}</div>
      ${all.length === 0 ? html`<p class="none">No program has a token so far.</p>` : table("Programs", ["Name", "State", "Source", "Roles", "Ends", "Last used"], rows)}`;
  }

  #one(program: Program): TemplateResult {
    const { id, name, source, grants, created, created_by, expires, revoked, last_used } = program;
    const [known, over] = [this.#roles.value, isOver(program)];
    return html`${this.back("programs", "All programs")}
      <h2>${visible(name)}</h2>
      <div class="sides">
        <div>
          <dl class="facts">
            <dt>State</dt><dd>${stateOf(program)}</dd>
            <dt>Token</dt><dd class="mono">${visible(id)}</dd>
            <dt>Source of its entries</dt><dd class="mono">${visible(source)}</dd>
            <dt>Made</dt><dd>${this.time(created)} <span class="muted">by</span> <span class="mono">${visible(created_by)}</span></dd>
            <dt>Ends</dt><dd>${this.time(expires, "never")}</dd>
            ${revoked === undefined ? nothing : html`<dt>Revoked</dt><dd>${this.time(revoked)}</dd>`}
            <dt>Last used</dt><dd>${this.time(last_used, "never")}</dd>
            <dt>Limits</dt><dd>${limitsText(program, this.locale)}</dd>
          </dl>
          ${over ? nothing : html`<div class="tools"><button class="button" @click=${() => this.#rotate(program)}>Rotate</button><button class="button" @click=${() => this.#revoke(program)}>Revoke</button></div>`}
          <h3>Roles</h3>
          ${grantList(grants, over ? undefined : (grant) => takeGrant(this.deed, this.api, grant, name))}
          ${over ? nothing : html`<div class="tools"><button class="button" ?disabled=${known === undefined} @click=${() => giveGrant(this.deed, this.api, this, known ?? [], `program:${id}`, name)}>Give a role</button></div>`}
        </div>
        <div>${this.history("token", id)}</div>
      </div>`;
  }

  override render(): TemplateResult {
    return html`<div class="pane">${this.deed.render()}
      ${this.shownOf(this.#programs, (all) => {
        const one = all.find(({ id }) => id === this.shown);
        if (one !== undefined) return this.#one(one);
        return this.shown === "" ? this.#list(all) : html`${this.back("programs", "All programs")}<p class="none">There is no such token.</p>`;
      })}</div>`;
  }
}

function once(heading: string, secret: string): ShownOnce {
  return { heading, secret, text: "It is shown this once, and cannot be found out later: copy it to where the program reads it." };
}

function choice(label: string, name: string, options: readonly (readonly [number, string])[]): TemplateResult {
  return html`<label>${label}<select class="field" name=${name}>${options.map(([value, text]) => html`<option value=${value}>${text}</option>`)}</select></label>`;
}

function isOver({ revoked, expires }: Program): boolean {
  return revoked !== undefined || (expires !== undefined && Date.parse(expires) <= Date.now());
}

function stateOf(program: Program): TemplateResult {
  if (program.revoked !== undefined) return html`<span class="badge rose"><span aria-hidden="true">✗</span>revoked</span>`;
  return isOver(program) ? html`<span class="badge amber"><span aria-hidden="true">!</span>ended</span>` : html`<span class="badge emerald"><span aria-hidden="true">✓</span>active</span>`;
}

function limitsText({ limits }: Program, locale: string): string {
  const said = [
    limits?.events_per_second === undefined ? "" : `${number(limits.events_per_second, locale)} events a second`,
    limits?.bytes_per_second === undefined ? "" : `${number(limits.bytes_per_second, locale)} bytes a second`,
  ].filter((text) => text !== "");
  return said.length === 0 ? "none of its own" : said.join(", ");
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-programs": Programs;
  }
}
