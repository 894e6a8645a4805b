/** Names of actors: values are counted by id, and an id such as `p_vH0YSIL4kvSDEF5UtPYbA` says little to a reader. */
import type { Api } from "../../api/client.js";
import type { Actor, EntryPage } from "../../api/types.js";

/** What an actor is called beside the value it is counted by: its id, or a pseudonym of that. Undefined where there is nothing else. */
export function nameOf({ id, name, email }: Actor, value: string): string | undefined {
  return [name, email, id].find((text) => text !== undefined && text !== "" && text !== value);
}

/** The names of these actors, as their newest entry within the filters has them. Cost: a question for one entry each. */
export async function actorNames(api: Api, filters: URLSearchParams, ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const named = [...new Set(ids)].map(async (id) => {
    const params = new URLSearchParams(filters);
    params.set("actor", id);
    params.set("limit", "1");
    const { entries } = await api.json<EntryPage>("/v1/entries", params, { signal });
    const name = entries[0] === undefined ? undefined : nameOf(entries[0].actor, id);
    return name === undefined ? [] : [[id, name] as const];
  });
  return new Map((await Promise.all(named)).flat());
}
