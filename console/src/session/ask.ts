/** Questions about one's own session. A 401 is an answer here, but where one is signed in already. */
import type { Api } from "../api/client.js";
import type { Invitation, SessionInfo, SignedIn, SignInWays } from "./types.js";

export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly code?: string;
}

export function whoAmI(api: Api): Promise<SessionInfo> {
  return api.json("/v1/session", undefined, { final: true });
}

export function signInWays(api: Api): Promise<SignInWays> {
  return api.json("/v1/sign-in", undefined, { final: true });
}

/** Errors, by their code: `wrong_credentials`, `second_factor_needed`, `wrong_code`, `too_many_attempts`. */
export function signIn(api: Api, credentials: Credentials): Promise<SessionInfo> {
  return api.json("/v1/session", undefined, { method: "POST", body: credentials, final: true });
}

export async function signOut(api: Api, everywhere: boolean): Promise<void> {
  await api.fetch("/v1/session", everywhere ? new URLSearchParams({ everywhere: "true" }) : undefined, { method: "DELETE", final: true });
}

export function lookAtInvitation(api: Api, token: string): Promise<Invitation> {
  return api.json("/v1/invitations/look", undefined, { method: "POST", body: { token }, final: true });
}

export function acceptInvitation(api: Api, accepted: { readonly token: string; readonly name: string; readonly password: string; readonly email?: string }): Promise<SessionInfo> {
  return api.json("/v1/invitations/accept", undefined, { method: "POST", body: accepted, final: true });
}

export async function mySessions(api: Api, signal: AbortSignal): Promise<readonly SignedIn[]> {
  return (await api.json<{ sessions: SignedIn[] }>("/v1/sessions", undefined, { signal })).sessions;
}

export async function endSession(api: Api, id: string): Promise<void> {
  await api.fetch(`/v1/sessions/${encodeURIComponent(id)}`, undefined, { method: "DELETE" });
}

export async function changePassword(api: Api, change: { readonly old: string; readonly new: string }): Promise<void> {
  await api.fetch("/v1/session/password", undefined, { method: "PUT", body: change });
}

/** A new secret, which counts once {@link confirmTotp} has had a code of it. */
export function beginTotp(api: Api): Promise<{ readonly secret: string; readonly uri: string }> {
  return api.json("/v1/session/totp", undefined, { method: "POST" });
}

export async function confirmTotp(api: Api, code: string): Promise<void> {
  await api.fetch("/v1/session/totp", undefined, { method: "PUT", body: { code } });
}

export async function removeTotp(api: Api, password: string): Promise<void> {
  await api.fetch("/v1/session/totp", undefined, { method: "DELETE", body: { password } });
}

/** Where a provider takes over; it comes back to `back`, a path of this console. */
export function providerHref(api: Api, provider: string, back: string): string {
  return api.url(`/v1/sign-in/oidc/${encodeURIComponent(provider)}`, new URLSearchParams({ return: back }));
}
