/** What the interface answers about people, programs, grants, organizations and settings. */
import type { Described } from "../../api/types.js";
import type { Grant, Permission, Scope } from "../../session/types.js";

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name?: string;
  readonly status: "invited" | "active" | "disabled";
  readonly created: string;
  readonly last_signed_in?: string;
  readonly second_factor: boolean;
  readonly issuer?: string;
  readonly grants: readonly Grant[];
  /** Ids by which the person stands in entries, beside the account's own. */
  readonly actor_ids: readonly ActorId[];
}

export interface ActorId {
  readonly organization?: string;
  readonly type: string;
  readonly id: string;
}

/** A link that makes an account, shown once. */
export interface InvitationLink {
  readonly link: string;
  readonly expires: string;
}

export interface Program {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly grants: readonly Grant[];
  readonly created: string;
  readonly created_by: string;
  readonly expires?: string;
  readonly revoked?: string;
  readonly last_used?: string;
  readonly limits?: { readonly events_per_second?: number; readonly bytes_per_second?: number };
}

/** A token, shown once. */
export interface NewToken {
  readonly id: string;
  readonly token: string;
}

export interface Role {
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** Kinds of scope it may be granted at. */
  readonly at: readonly ("platform" | "entries" | "own")[];
}

export interface Organization {
  readonly id: string;
  readonly name?: string;
  readonly status: "active" | "suspended";
  /** What is said to those who are shut out by it. */
  readonly message?: string;
  /** Networks its people may come from; empty for any. */
  readonly allow: readonly string[];
}

export interface Settings {
  readonly allow: readonly string[];
  readonly tree_public: boolean;
  readonly second_factor_required: boolean;
  readonly reason_required: boolean;
}

/** A role at a scope that is to be given. */
export interface NewGrant {
  readonly role: string;
  readonly scope: Scope;
}

/** What is needed to make a token. `expires_in` in seconds. */
export interface NewProgram extends NewGrant {
  readonly name: string;
  readonly expires_in?: number;
  readonly source?: string;
  readonly limits?: Program["limits"];
}

/** The answers above, held against their description. */
export type Checked =
  | Described<"TokenItem", keyof Program>
  | Described<"NewSecret", keyof NewToken>
  | Described<"RoleItem", keyof Role>
  | Described<"HeldGrant", keyof Grant>
  | Described<"OrganizationItem", keyof Organization>
  | Described<"PlatformSettings", keyof Settings>;
