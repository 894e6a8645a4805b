/** From an entry to the entries about it: each a question of its own, and a link that can be opened beside. */
import type { Entry } from "../api/types.js";
import { Filters } from "../state/filters.js";

/** How far "around this time" reaches to either side, in milliseconds. */
const AROUND_MS = 300_000;

/** How far "before and after in its stream" reaches to either side, in numbers. */
const NEIGHBOURS = 50;

export interface Pivot {
  readonly label: string;
  readonly filters: Filters;
}

function pivot(label: string, pairs: Record<string, string | undefined>): Pivot[] {
  const known = Object.entries(pairs).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== "");
  return known.length < Object.keys(pairs).length ? [] : [{ label, filters: Filters.of(known) }];
}

function neighbours(n: number): string {
  return `${Math.max(0, n - NEIGHBOURS)}..${Math.min(Number.MAX_SAFE_INTEGER, n + NEIGHBOURS)}`;
}

export function pivotsOf(entry: Entry): Pivot[] {
  const { actor, resource, client, request_id, session_id, sequence } = entry;
  const at = Date.parse(entry.time);
  return [
    ...pivot("More by this actor", { actor: actor.id, actor_type: actor.type }),
    ...(resource === undefined ? [] : pivot("This resource's history", { resource_type: resource.type, resource_id: resource.id })),
    ...pivot("Same request", { request_id }),
    ...pivot("Same session", { session_id }),
    ...(sequence === undefined ? [] : pivot(`Before and after in its stream (±${NEIGHBOURS})`, { source: entry.source, sequence_stream: sequence.stream, sequence_n: neighbours(sequence.n) })),
    ...pivot("Around this time (±5 min)", { from: new Date(at - AROUND_MS).toISOString(), to: new Date(at + AROUND_MS).toISOString() }),
    ...pivot("Same address", { ip: client?.ip }),
    ...pivot("Same action", { action: entry.action }),
  ];
}
