/** People: who has an account, what each may, and invitations. */
import { html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { visible } from "../../ui/text.js";
import { localTime } from "../../ui/time.js";
import { Answer } from "../answer.js";
import { changePerson, invite, inviteAgain, people, roles } from "./ask.js";
import { GrantFields, grantOf } from "./grant-fields.js";
import { giveGrant, grantList, takeGrant } from "./grants-of.js";
import { Pane, table } from "./pane.js";
import type { ActorId, InvitationLink, Person, Role } from "./types.js";
import type { ShownOnce } from "../deed.js";

const STATES: Readonly<Record<Person["status"], TemplateResult>> = {
  active: html`<span class="badge emerald"><span aria-hidden="true">✓</span>active</span>`,
  invited: html`<span class="badge sky"><span aria-hidden="true">…</span>invited</span>`,
  disabled: html`<span class="badge rose"><span aria-hidden="true">✗</span>disabled</span>`,
};

/** `<ind-people>`. */
@customElement("ind-people")
export class People extends Pane {
  readonly #people = new Answer<readonly Person[]>(this);
  readonly #roles = new Answer<readonly Role[]>(this);

  protected override ask(): void {
    void this.#people.ask((signal) => people(this.api, signal));
    void this.#roles.ask((signal) => roles(this.api, signal));
  }

  #link(heading: string, { link, expires }: InvitationLink): ShownOnce {
    return { heading, secret: link, text: `Send it to them. It makes one account, until ${localTime(expires, this.locale)}, and is shown this once.` };
  }

  #invite(): void {
    const fields = new GrantFields(this, this.#roles.value ?? []);
    this.deed.begin({
      heading: "Invite a person",
      text: "They get a link from you, and choose their password themselves.",
      fields: () => html`<label>E-mail address<input class="field" type="email" name="email" required maxlength="254" autocomplete="off" /></label>
        <label>Name<input class="field" name="name" maxlength="200" autocomplete="off" /></label>${fields.render()}`,
      verb: "Make an invitation",
      reasoned: true,
      check: fields.check,
      run: async (form, said) => {
        const name = String(form.get("name")).trim();
        const made = await invite(this.api, { email: String(form.get("email")).trim(), ...(name === "" ? {} : { name }), grants: [grantOf(form)] }, said);
        return this.#link(`The invitation of ${made.email}`, made);
      },
      said: "The invitation is made.",
    });
  }

  #inviteAgain({ id, email }: Person): void {
    this.deed.begin({
      heading: `A new link for ${email}?`,
      text: "Links made before stop working. For somebody who has an account, it sets a new password.",
      verb: "Make a link",
      reasoned: true,
      run: async (_, said) => this.#link(`A link for ${email}`, await inviteAgain(this.api, id, said)),
      said: `There is a new link for ${email}.`,
    });
  }

  #able({ id, email, status }: Person): void {
    const disables = status !== "disabled";
    this.deed.begin({
      heading: disables ? `Disable ${email}?` : `Enable ${email} again?`,
      text: disables ? "Their sessions end within a second, and they cannot sign in. What they did stays on record." : "They can sign in again, with the roles they have.",
      verb: disables ? "Disable" : "Enable",
      grave: disables,
      reasoned: true,
      run: (_, said) => changePerson(this.api, id, { disabled: disables }, said),
      said: disables ? `${email} is disabled.` : `${email} is enabled.`,
    });
  }

  #rename({ id, name, email }: Person): void {
    this.deed.begin({
      heading: `Name of ${email}`,
      fields: () => html`<label>Name<input class="field" name="name" required maxlength="200" value=${name ?? ""} /></label>`,
      verb: "Save",
      reasoned: true,
      run: (form, said) => changePerson(this.api, id, { name: String(form.get("name")).trim() }, said),
      said: `${email} has another name.`,
    });
  }

  #known({ id, email, actor_ids }: Person): void {
    this.deed.begin({
      heading: `Ids of ${email} in entries`,
      text: "Products know a person by ids of their own. Entries with one of these as actor, or on whose behalf, are the person's own.",
      fields: () => html`<label><span>One a line: <code>type:id</code>, or <code>organization/type:id</code> where it holds there alone</span><textarea class="field" name="ids" rows="5" spellcheck="false">${actor_ids.map(actorIdText).join("\n")}</textarea></label>`,
      verb: "Save",
      reasoned: true,
      check: (form) => lines(form).map(actorIdProblem).find((problem) => problem !== "") ?? "",
      run: (form, said) => changePerson(this.api, id, { actor_ids: lines(form).flatMap(actorIdOf) }, said),
      said: `The ids of ${email} are as you wrote them.`,
    });
  }

  #list(all: readonly Person[]): TemplateResult {
    const rows = all.map((person) => ({
      gone: person.status === "disabled",
      cells: [
        this.opener("people", person.id, visible(person.name || person.email)),
        visible(person.email),
        STATES[person.status],
        grantList(person.grants, undefined),
        person.second_factor ? "yes" : person.issuer === undefined ? "no" : "at the provider",
        this.time(person.last_signed_in, "never"),
      ],
    }));
    return html`<div class="tools"><button class="button primary" ?disabled=${this.#roles.value === undefined} @click=${() => this.#invite()}>Invite a person</button></div>
      ${all.length === 0 ? html`<p class="none">Nobody has an account so far.</p>` : table("People", ["Name", "E-mail address", "State", "Roles", "Second factor", "Last signed in"], rows)}`;
  }

  #one(person: Person): TemplateResult {
    const { id, name, email, status, created, last_signed_in, second_factor, issuer, grants, actor_ids } = person;
    const known = this.#roles.value;
    return html`${this.back("people", "All people")}
      <h2>${visible(name || email)}</h2>
      <div class="sides">
        <div>
          <dl class="facts">
            <dt>E-mail address</dt><dd>${visible(email)}</dd>
            <dt>State</dt><dd>${STATES[status]}</dd>
            <dt>Account</dt><dd class="mono">${visible(id)}</dd>
            <dt>Made</dt><dd>${this.time(created)}</dd>
            <dt>Last signed in</dt><dd>${this.time(last_signed_in, "never")}</dd>
            <dt>Signs in by</dt><dd>${issuer === undefined ? "password" : visible(issuer)}${issuer === undefined ? (second_factor ? " and second factor" : ", no second factor") : nothing}</dd>
            <dt>Ids in entries</dt><dd>${actor_ids.length === 0 ? html`<span class="muted">the account's alone</span>` : actor_ids.map((known) => html`<span class="mono">${visible(actorIdText(known))}</span><br />`)}</dd>
          </dl>
          <div class="tools">
            <button class="button" @click=${() => this.#rename(person)}>Rename</button>
            <button class="button" @click=${() => this.#known(person)}>Change ids</button>
            ${issuer === undefined && status !== "disabled" ? html`<button class="button" @click=${() => this.#inviteAgain(person)}>New link</button>` : nothing}
            <button class="button" @click=${() => this.#able(person)}>${status === "disabled" ? "Enable" : "Disable"}</button>
          </div>
          <h3>Roles</h3>
          ${grantList(grants, (grant) => takeGrant(this.deed, this.api, grant, email))}
          <div class="tools"><button class="button" ?disabled=${known === undefined} @click=${() => giveGrant(this.deed, this.api, this, known ?? [], `person:${id}`, email)}>Give a role</button></div>
        </div>
        <div>${this.history("account", id)}</div>
      </div>`;
  }

  override render(): TemplateResult {
    return html`<div class="pane">${this.deed.render()}
      ${this.shownOf(this.#people, (all) => {
        const one = all.find(({ id }) => id === this.shown);
        if (one !== undefined) return this.#one(one);
        return this.shown === "" ? this.#list(all) : html`${this.back("people", "All people")}<p class="none">There is no such account.</p>`;
      })}</div>`;
  }
}

function lines(form: FormData): string[] {
  return String(form.get("ids")).split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

const ACTOR_ID = /^(?:([^/:]+)\/)?([^/:]+):(.+)$/;

function actorIdOf(line: string): ActorId[] {
  const [, organization, type = "", id = ""] = ACTOR_ID.exec(line) ?? [];
  return [{ ...(organization === undefined ? {} : { organization }), type, id }];
}

function actorIdProblem(line: string): string {
  return ACTOR_ID.test(line) ? "" : `“${line}” is no id: write type:id, such as user:u-17.`;
}

function actorIdText({ organization, type, id }: ActorId): string {
  return `${organization === undefined ? "" : `${organization}/`}${type}:${id}`;
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-people": People;
  }
}
