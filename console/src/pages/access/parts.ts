/** Parts of the page Access, each for who may change something in it. */
import { may, mayEverywhere, type SessionInfo } from "../../session/types.js";

export interface Part {
  /** As in the address. */
  readonly show: string;
  readonly label: string;
  readonly isFor: (session: SessionInfo) => boolean;
}

const managesAccess = (session: SessionInfo): boolean => may(session, "access");
const managesOrganizations = (session: SessionInfo): boolean => may(session, "organizations");

/** Settings are the platform's, and so is who changes them. */
export const changesSettings = (session: SessionInfo): boolean => mayEverywhere(session, "settings");

export const PARTS: readonly Part[] = [
  { show: "people", label: "People", isFor: managesAccess },
  { show: "programs", label: "Programs", isFor: managesAccess },
  { show: "grants", label: "Grants", isFor: managesAccess },
  { show: "networks", label: "Allow-lists", isFor: (session) => managesOrganizations(session) || changesSettings(session) },
  { show: "organizations", label: "Organizations", isFor: managesOrganizations },
  { show: "settings", label: "Settings", isFor: changesSettings },
];
