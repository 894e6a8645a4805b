/** A token that the page around renews: nothing is lost meanwhile, and no cookie is ever sent. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Bearer, RENEWAL_MS_MAX } from "../../src/api/bearer.js";
import { Api } from "../../src/api/client.js";
import { problem, serve } from "./support.js";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const BAD = problem(401, "bad_token");

describe("a token", () => {
  it("is sent with every request, and no cookie beside it", async () => {
    const asked = serve(() => [200, {}]);
    const bearer = new Bearer(() => undefined);
    const api = new Api("https://log.example", bearer);
    await api.json("/v1/entries");
    bearer.renew("indv_one");
    await api.json("/v1/entries");
    await api.send("https://log.example/vkey", { credentials: "include" });
    expect(asked.map(({ headers }) => headers["Authorization"])).toEqual([undefined, "Bearer indv_one", "Bearer indv_one"]);
    expect(new Set(asked.map(({ credentials }) => credentials))).toEqual(new Set(["omit"]));
  });

  it("that is refused is asked for once, and what waited goes on with the next", async () => {
    const asked = serve(({ headers }) => (headers["Authorization"] === "Bearer new" ? [200, { ok: true }] : BAD));
    const needed = vi.fn();
    const bearer = new Bearer(needed);
    bearer.renew("old");
    const api = new Api("https://log.example", bearer);
    const answers = Promise.all([api.json("/v1/entries"), api.json("/v1/histogram")]);
    await vi.waitFor(() => expect(needed).toHaveBeenCalled());
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    bearer.renew("new");
    expect(await answers).toEqual([{ ok: true }, { ok: true }]);
    expect(needed).toHaveBeenCalledTimes(1);
  });

  it("that came while a question was on its way is used without asking for another", async () => {
    const needed = vi.fn();
    const bearer = new Bearer(needed);
    bearer.renew("old");
    serve(({ headers }) => {
      if (headers["Authorization"] === "Bearer new") return [200, { ok: true }];
      bearer.renew("new");
      return BAD;
    });
    expect(await new Api("", bearer).json("/v1/entries")).toEqual({ ok: true });
    expect(needed).not.toHaveBeenCalled();
  });

  it("that never comes ends the wait with the refusal", async () => {
    vi.useFakeTimers();
    serve(() => BAD);
    const answer = new Api("https://log.example", new Bearer(() => undefined)).json("/v1/entries");
    const refused = expect(answer).rejects.toMatchObject({ problem: { code: "bad_token" } });
    await vi.advanceTimersByTimeAsync(RENEWAL_MS_MAX);
    await refused;
  });
});
