/** The grants of one principal, with the deeds that give and take them. */
import { html, nothing, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Api } from "../../api/client.js";
import type { Grant } from "../../session/types.js";
import { scopeWords, roleName } from "../../session/words.js";
import type { Deed } from "../deed.js";
import { addGrant, removeGrant } from "./ask.js";
import { GrantFields, grantOf, grantWords } from "./grant-fields.js";
import type { Role } from "./types.js";

/** Takes a role from somebody; it holds at once. */
export function takeGrant(deed: Deed, api: Api, grant: Grant, name: string): void {
  const { id } = grant;
  if (id === undefined) return;
  deed.begin({
    heading: `Remove the role “${roleName(grant.role)}” of ${name}?`,
    text: `For ${scopeWords(grant.scope)}. It holds within a second, for what runs already as well.`,
    verb: "Remove",
    grave: true,
    reasoned: true,
    run: (_, said) => removeGrant(api, id, said),
    said: `${name} does not have the role “${roleName(grant.role)}” for ${scopeWords(grant.scope)} any more.`,
  });
}

/** Gives a role to somebody. */
export function giveGrant(deed: Deed, api: Api, host: ReactiveControllerHost, roles: readonly Role[], principal: string, name: string): void {
  const fields = new GrantFields(host, principal.startsWith("program:") ? forPrograms(roles) : roles);
  deed.begin({
    heading: `Give a role to ${name}`,
    fields: () => fields.render(),
    verb: "Give the role",
    reasoned: true,
    check: fields.check,
    run: (form, said) => addGrant(api, principal, grantOf(form), said),
    said: `${name} has another role.`,
  });
}

/** Programs have no entries of their own. */
export function forPrograms(roles: readonly Role[]): readonly Role[] {
  return roles.map((role) => ({ ...role, at: role.at.filter((at) => at !== "own") })).filter(({ at }) => at.length > 0);
}

export function grantList(grants: readonly Grant[], take: ((grant: Grant) => void) | undefined): TemplateResult {
  if (grants.length === 0) return html`<span class="muted">no role</span>`;
  return html`<ul class="grants">
    ${grants.map((grant) => html`<li>${grantWords(grant)} ${take === undefined || grant.id === undefined ? nothing : html`<button class="quiet" aria-label="Remove ${roleName(grant.role)} for ${scopeWords(grant.scope)}" @click=${() => take(grant)}>Remove</button>`}</li>`)}
  </ul>`;
}
