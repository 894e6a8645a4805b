/** Questions about, and changes of, who may do what. Errors of all: `AskError`. */
import { reasonHeader } from "../../api/caller.js";
import type { Api, Asked } from "../../api/client.js";
import type { Grant } from "../../session/types.js";
import type { Said } from "../deed.js";
import type { ActorId, InvitationLink, NewGrant, NewProgram, NewToken, Organization, Person, Program, Role, Settings } from "./types.js";

async function change(api: Api, method: NonNullable<Asked["method"]>, path: string, body: object): Promise<void> {
  await api.fetch(path, undefined, { method, body });
}

/** What is taken away has no body: the reason is in a header. */
async function remove(api: Api, path: string, { reason }: Said): Promise<void> {
  await api.fetch(path, undefined, { method: "DELETE", headers: reasonHeader(reason) });
}

const at = (collection: string, id: string, more = ""): string => `/v1/${collection}/${encodeURIComponent(id)}${more}`;

export async function people(api: Api, signal: AbortSignal): Promise<readonly Person[]> {
  return (await api.json<{ people: Person[] }>("/v1/people", undefined, { signal })).people;
}

export function invite(api: Api, person: { readonly email: string; readonly name?: string; readonly grants: readonly NewGrant[] }, said: Said): Promise<Person & InvitationLink> {
  return api.json("/v1/people", undefined, { method: "POST", body: { ...person, ...said } });
}

export function inviteAgain(api: Api, id: string, said: Said): Promise<InvitationLink> {
  return api.json(at("people", id, "/invitation"), undefined, { method: "POST", body: said });
}

export function changePerson(api: Api, id: string, part: { readonly name?: string; readonly disabled?: boolean; readonly actor_ids?: readonly ActorId[] }, said: Said): Promise<void> {
  return change(api, "PATCH", at("people", id), { ...part, ...said });
}

export async function programs(api: Api, signal: AbortSignal): Promise<readonly Program[]> {
  return (await api.json<{ tokens: Program[] }>("/v1/tokens", undefined, { signal })).tokens;
}

export function makeToken(api: Api, program: NewProgram, said: Said): Promise<NewToken> {
  return api.json("/v1/tokens", undefined, { method: "POST", body: { ...program, ...said } });
}

/** `overlap`: seconds for which the token before still counts. */
export function rotateToken(api: Api, id: string, overlap: number, said: Said): Promise<NewToken> {
  return api.json(at("tokens", id, "/rotate"), undefined, { method: "POST", body: { overlap, ...said } });
}

export function revokeToken(api: Api, id: string, said: Said): Promise<void> {
  return remove(api, at("tokens", id), said);
}

/** Ends all tokens of viewers: pages that embed the log ask for new ones. */
export function endViewerTokens(api: Api, said: Said): Promise<void> {
  return remove(api, "/v1/viewer-tokens", said);
}

export async function grants(api: Api, signal: AbortSignal): Promise<readonly Grant[]> {
  return (await api.json<{ grants: Grant[] }>("/v1/grants", undefined, { signal })).grants;
}

/** `principal`: `person:ID` or `program:ID`. */
export function addGrant(api: Api, principal: string, grant: NewGrant, said: Said): Promise<void> {
  return change(api, "POST", "/v1/grants", { principal, ...grant, ...said });
}

export function removeGrant(api: Api, id: string, said: Said): Promise<void> {
  return remove(api, at("grants", id), said);
}

export async function roles(api: Api, signal: AbortSignal): Promise<readonly Role[]> {
  return (await api.json<{ roles: Role[] }>("/v1/roles", undefined, { signal })).roles;
}

export async function organizations(api: Api, signal: AbortSignal): Promise<readonly Organization[]> {
  return (await api.json<{ organizations: Organization[] }>("/v1/organizations", undefined, { signal })).organizations;
}

export function putOrganization(api: Api, { id, ...organization }: Organization, said: Said): Promise<void> {
  return change(api, "PUT", at("organizations", id), { ...organization, ...said });
}

export function settings(api: Api, signal: AbortSignal): Promise<Settings> {
  return api.json("/v1/settings", undefined, { signal });
}

export function changeSettings(api: Api, part: Partial<Settings>, said: Said): Promise<void> {
  return change(api, "PATCH", "/v1/settings", { ...part, ...said });
}
