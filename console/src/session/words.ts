/** Roles, permissions and scopes in the reader's words. */
import type { Permission, Scope } from "./types.js";

/** Roles every log has. Source: `crates/access`, `Roles`. */
const ROLES: Readonly<Record<string, string>> = {
  "platform-admin": "Platform admin",
  auditor: "Auditor",
  "scope-admin": "Admin of a part",
  viewer: "Viewer",
  member: "Member",
  writer: "Writer",
  "privacy-officer": "Privacy officer",
  "records-manager": "Records manager",
};

const PERMISSIONS: Readonly<Record<Permission, string>> = {
  read: "see entries",
  names: "see names and e-mail addresses",
  connections: "see addresses, devices and places",
  export: "export entries",
  verify: "have the log verified",
  append: "send events",
  mint: "make tokens for viewers",
  access: "manage people, programs and grants",
  organizations: "manage organizations",
  settings: "change settings",
  operate: "run the log",
  streams: "manage layouts, sinks and alerts",
  records: "manage retention and holds",
  persons: "answer access requests and erase persons",
};

/** A role of the configuration has no other name than its own. */
export function roleName(role: string): string {
  return ROLES[role] ?? role;
}

/** `see entries, export entries`. */
export function permissionWords(permissions: readonly string[]): string {
  return permissions.map((permission) => PERMISSIONS[permission as Permission] ?? permission).join(", ");
}

/** `everything`, `organization acme, project p1`, `own entries`. */
export function scopeWords({ organization, workspace, project, resource, own }: Scope): string {
  if (own === true) return "own entries";
  const levels = [
    organization === undefined ? "" : `organization ${organization}`,
    workspace === undefined ? "" : `workspace ${workspace}`,
    project === undefined ? "" : `project ${project}`,
    resource === undefined ? "" : `${resource.type} ${resource.id}`,
  ].filter((level) => level !== "");
  return levels.length === 0 ? "everything" : levels.join(", ");
}
