/** Who is signed in and what he may, as the interface answers it. Source: `GET /v1/session`. */

/** Which entries a grant or permission speaks of: all that name each of these; `{}` is everything. */
export interface Scope {
  readonly organization?: string;
  readonly workspace?: string;
  readonly project?: string;
  readonly resource?: { readonly type: string; readonly id: string };
  /** The principal's own entries; then nothing else is named. */
  readonly own?: boolean;
}

export interface Grant {
  readonly id?: string;
  readonly principal?: string;
  readonly role: string;
  readonly scope: Scope;
}

/** Verbs on kinds of things. Source: `crates/access`, `Permission`. */
export type Permission =
  | "read"
  | "names"
  | "connections"
  | "export"
  | "verify"
  | "append"
  | "mint"
  | "access"
  | "organizations"
  | "settings"
  | "operate"
  | "streams"
  | "records"
  | "persons";

export interface Principal {
  readonly type: "person" | "program" | "viewer" | "operator";
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  /** The provider that the account signs in by; without one it has a password here. */
  readonly issuer?: string;
  /** Ids by which the account stands in entries, beside its own. */
  readonly actor_ids?: readonly { readonly organization?: string; readonly type: string; readonly id: string }[];
}

export interface SessionInfo {
  readonly principal: Principal;
  readonly grants: readonly Grant[];
  /** Where each permission holds; one that is held nowhere is absent. */
  readonly permissions: Readonly<Partial<Record<Permission, readonly Scope[]>>>;
  readonly session?: { readonly id: string; readonly signed_in: string; readonly expires: string; readonly second_factor: boolean };
  /** When a token ends. */
  readonly expires?: string;
  /** Layouts that a viewer may use; absent for all. */
  readonly layouts?: readonly string[];
}

/** Ways to sign in. Source: `GET /v1/sign-in`. */
export interface SignInWays {
  readonly password: boolean;
  readonly providers: readonly { readonly id: string; readonly name: string }[];
}

/** What an invitation is for. Source: `POST /v1/invitations/look`. */
export interface Invitation {
  /** Absent for the link that makes the first account: whoever uses it gives one. */
  readonly email?: string;
  readonly name?: string;
  readonly expires: string;
}

/** A sign-in of one's own. Source: `GET /v1/sessions`. */
export interface SignedIn {
  readonly id: string;
  readonly signed_in: string;
  readonly last_seen: string;
  readonly expires: string;
  readonly ip?: string;
  readonly user_agent?: string;
  readonly current: boolean;
}

/** Whether the permission is held for everything. */
export function mayEverywhere(session: SessionInfo, permission: Permission): boolean {
  return session.permissions[permission]?.some((scope) => Object.keys(scope).length === 0) ?? false;
}

/** Whether the permission is held anywhere. */
export function may(session: SessionInfo, permission: Permission): boolean {
  return (session.permissions[permission]?.length ?? 0) > 0;
}
