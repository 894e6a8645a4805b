/** Fields that say which role is given, and for which entries. */
import { html, nothing, type ReactiveControllerHost, type TemplateResult } from "lit";
import { permissionWords, roleName, scopeWords } from "../../session/words.js";
import type { Scope } from "../../session/types.js";
import { visible } from "../../ui/text.js";
import type { NewGrant, Role } from "./types.js";

type Kind = Role["at"][number];

const KINDS: Readonly<Record<Kind, string>> = { platform: "Everything", entries: "Entries that name …", own: "Own entries: who did what in this name" };

/** Levels of a scope and their fields. */
const LEVELS = [
  ["organization", "Organization"],
  ["workspace", "Workspace"],
  ["project", "Project"],
  ["resource_type", "Resource type"],
  ["resource_id", "Resource ID"],
] as const;

/** What is chosen in one form, until it is sent. */
export class GrantFields {
  readonly #host: ReactiveControllerHost;
  readonly #roles: readonly Role[];
  #role: Role | undefined;
  #kind: Kind | undefined;

  /** `kinds`: what is known of who gets it: programs have no entries of their own. */
  constructor(host: ReactiveControllerHost, roles: readonly Role[]) {
    [this.#host, this.#roles] = [host, roles];
  }

  /** What is wrong with the form, in words; empty where nothing is. */
  readonly check = (form: FormData): string => {
    const { scope } = grantOf(form);
    if (form.get("kind") === "entries" && scopeWords(scope) === "everything") return "Name the entries: an organization, a workspace, a project or a resource.";
    return (scope.resource?.type === "") !== (scope.resource?.id === "") ? "A resource has a type and an ID: fill in both." : "";
  };

  #choose(name: string): void {
    this.#role = this.#roles.find((role) => role.name === name);
    if (this.#kind === undefined || this.#role?.at.includes(this.#kind) !== true) this.#kind = this.#role?.at[0];
    this.#host.requestUpdate();
  }

  #where(role: Role): TemplateResult {
    const kind = this.#kind ?? "platform";
    return html`<label>For<select class="field" name="kind" .value=${kind} @change=${({ target }: Event) => {
        this.#kind = (target as HTMLSelectElement).value as Kind;
        this.#host.requestUpdate();
      }}>${role.at.map((at) => html`<option value=${at} ?selected=${at === kind}>${KINDS[at]}</option>`)}</select></label>
      ${kind === "entries" ? html`<div class="levels">${LEVELS.map(([name, label]) => html`<label>${label}<input class="field" name=${name} maxlength="256" /></label>`)}</div><p class="muted">All that is filled in must hold.</p>` : nothing}`;
  }

  render(): TemplateResult {
    const role = this.#role;
    return html`<label>Role<select class="field" name="role" required @change=${({ target }: Event) => this.#choose((target as HTMLSelectElement).value)}>
        <option value="" ?selected=${role === undefined}>Choose …</option>
        ${this.#roles.map(({ name }) => html`<option value=${name} ?selected=${name === role?.name}>${roleName(name)}</option>`)}
      </select></label>
      ${role === undefined ? nothing : html`<p class="muted">May ${permissionWords(role.permissions)}.</p>${this.#where(role)}`}`;
  }
}

/** The grant that a form with these fields says. */
export function grantOf(form: FormData): NewGrant {
  const text = (name: string): string => String(form.get(name) ?? "").trim();
  return { role: text("role"), scope: scopeOf(text) };
}

function scopeOf(text: (name: string) => string): Scope {
  if (text("kind") === "own") return { own: true };
  if (text("kind") !== "entries") return {};
  const [type, id] = [text("resource_type"), text("resource_id")];
  const named = (["organization", "workspace", "project"] as const).map((name) => [name, text(name)] as const).filter(([, value]) => value !== "");
  return { ...Object.fromEntries(named), ...(type === "" && id === "" ? {} : { resource: { type, id } }) };
}

/** `Auditor for organization acme`. */
export function grantWords({ role, scope }: NewGrant): TemplateResult {
  return html`<strong>${visible(roleName(role))}</strong> <span class="muted">for ${visible(scopeWords(scope))}</span>`;
}
