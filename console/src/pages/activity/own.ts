/** Which entries are a person's own, and who looked at them. */
import type { Api } from "../../api/client.js";
import type { Entry, EntryPage } from "../../api/types.js";
import type { SessionInfo } from "../../session/types.js";
import { Filters } from "../../state/filters.js";

/** Own entries whose readers are asked for: the newest. */
export const LOOKED_AT_MAX = 50;

/** Looks that are listed. */
const LOOKS_MAX = 200;

/** Somebody opened an own entry. */
export interface Look {
  readonly look: Entry;
  /** What was opened. */
  readonly entry: Entry;
}

export interface Looks {
  /** Own entries that were asked about. */
  readonly entries: number;
  readonly looks: readonly Look[];
}

/**
 * The filters that leave one's own entries. Who may see nothing but these needs none: the scope does it. Others see more, and
 * ask for what their account and the ids it is known by did.
 */
export function ownFilters({ principal, permissions }: SessionInfo): Filters {
  const ownOnly = (permissions.read ?? []).every(({ own }) => own === true);
  if (ownOnly) return Filters.none;
  return Filters.of([principal.id, ...(principal.actor_ids ?? []).map(({ id }) => id)].map((id) => ["actor", id] as const));
}

/** Who opened the newest of one's own entries, others than oneself first asked. Two questions. Errors: `AskError`. */
export async function looksAt(api: Api, session: SessionInfo, signal: AbortSignal): Promise<Looks> {
  const own = new URLSearchParams(ownFilters(session).pairs.map(([name, value]) => [name, value]));
  own.append("-channel", "pii-read");
  own.set("limit", String(LOOKED_AT_MAX));
  const { entries } = await api.json<EntryPage>("/v1/entries", own, { signal });
  if (entries.length === 0) return { entries: 0, looks: [] };
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const params = new URLSearchParams([["source", "indelible"], ["action", "pii.read"], ["resource_type", "entry"], ["limit", String(LOOKS_MAX)]]);
  for (const id of byId.keys()) params.append("resource_id", id);
  const { entries: looks } = await api.json<EntryPage>("/v1/entries", params, { signal });
  return { entries: entries.length, looks: looks.flatMap((look) => pair(look, byId.get(look.resource?.id ?? ""))) };
}

function pair(look: Entry, entry: Entry | undefined): Look[] {
  return entry === undefined ? [] : [{ look, entry }];
}
