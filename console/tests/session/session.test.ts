/** A session that ends in the middle of work: what was asked goes on once the same person is back, and only then. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { AskError } from "../../src/api/client.js";
import { changePassword, signIn } from "../../src/session/ask.js";
import { Session } from "../../src/session/session.js";
import type { SessionInfo } from "../../src/session/types.js";
import { problem, serve } from "../api/support.js";

afterEach(() => vi.unstubAllGlobals());

const who = (id: string): SessionInfo => ({ principal: { type: "person", id }, grants: [], permissions: { read: [{}] } });
const NOBODY = problem(401, "not_signed_in", { "WWW-Authenticate": "Bearer" });

/** A log that knows `ada` as long as she is signed in. */
function log(): { signedIn: boolean; asked: ReturnType<typeof serve> } {
  const state = { signedIn: true, asked: [] as ReturnType<typeof serve> };
  state.asked = serve(({ path, method, body }) => {
    if (path === "/v1/session" && method === "POST") return (body as { password: string }).password === "right" ? [201, who("ada")] : problem(401, "wrong_credentials");
    if (!state.signedIn) return NOBODY;
    if (path === "/v1/session" && method === "GET") return [200, who("ada")];
    return path === "/v1/session/password" ? problem(401, "wrong_credentials") : [200, { path }];
  });
  return state;
}

async function begun(): Promise<Session> {
  const session = new Session(() => undefined);
  await session.begin();
  return session;
}

describe("a session", () => {
  it("is nobody's where the log knows nobody, and is said where the log cannot say", async () => {
    serve(() => NOBODY);
    expect((await begun()).standing.state).toBe("out");
    serve(() => problem(503, "not_ready"));
    expect((await begun()).standing).toMatchObject({ state: "failed", problem: { detail: "it is not_ready" } });
  });

  it("that ends keeps every question until the same person is back, and asks each once more", async () => {
    const state = log();
    const session = await begun();
    state.signedIn = false;
    const answers = ["/v1/people", "/v1/tokens"].map((path) => session.api.json<{ path: string }>(path, undefined, { method: "POST", body: { name: "typed" } }));
    await vi.waitFor(() => expect(session.standing.state).toBe("over"));
    await expect(signIn(session.api, { email: "a@b.example", password: "wrong" })).rejects.toMatchObject({ problem: { code: "wrong_credentials" } });
    expect(session.standing.state).toBe("over");
    state.signedIn = true;
    session.entered(await signIn(session.api, { email: "a@b.example", password: "right" }));
    expect(await Promise.all(answers)).toEqual([{ path: "/v1/people" }, { path: "/v1/tokens" }]);
    expect(state.asked.filter(({ path }) => path === "/v1/people").map(({ body }) => body)).toEqual([{ name: "typed" }, { name: "typed" }]);
  });

  it("that somebody else goes on with gives up what was asked: nothing is done in another's name", async () => {
    const state = log();
    const session = await begun();
    state.signedIn = false;
    const deed = session.api.json("/v1/tokens", undefined, { method: "POST", body: {} });
    await vi.waitFor(() => expect(session.standing.state).toBe("over"));
    state.signedIn = true;
    session.entered(who("bob"));
    await expect(deed).rejects.toBeInstanceOf(AskError);
    expect(state.asked.filter(({ path }) => path === "/v1/tokens")).toHaveLength(1);
  });

  it("that was left gives up what was asked, and a question that nobody waits for is given up at once", async () => {
    const state = log();
    const session = await begun();
    state.signedIn = false;
    const abort = new AbortController();
    const dropped = session.api.json("/v1/people", undefined, { signal: abort.signal });
    const kept = session.api.json("/v1/tokens");
    await vi.waitFor(() => expect(session.standing.state).toBe("over"));
    abort.abort();
    await expect(dropped).rejects.toMatchObject({ name: "AbortError" });
    session.left();
    await expect(kept).rejects.toMatchObject({ problem: { status: 401 } });
    expect(session.standing.state).toBe("out");
  });

  it("does not end because a password was typed wrong", async () => {
    log();
    const session = await begun();
    await expect(changePassword(session.api, { old: "x", new: "y" })).rejects.toMatchObject({ problem: { code: "wrong_credentials" } });
    expect(session.standing.state).toBe("in");
  });

  it("asks for a reason where a look needs one, and gives it with looks alone", async () => {
    const asked = serve(({ path, method, headers }) => {
      if (path === "/v1/session") return [200, who("ada")];
      return method === "GET" && headers["Indelible-Reason"] === undefined ? problem(422, "reason_needed") : [200, { path }];
    });
    const session = await begun();
    const refused = session.api.json("/v1/entries/e1");
    await vi.waitFor(() => expect(session.wantsReason).toBe(true));
    session.say(undefined);
    await expect(refused).rejects.toMatchObject({ problem: { code: "reason_needed" } });
    const looks = Promise.all(["/v1/entries/e1", "/v1/export"].map((path) => session.api.json(path)));
    await vi.waitFor(() => expect(session.wantsReason).toBe(true));
    await vi.waitFor(() => expect(asked).toHaveLength(4));
    session.say("ticket 7");
    expect(await looks).toEqual([{ path: "/v1/entries/e1" }, { path: "/v1/export" }]);
    await session.api.fetch("/v1/tokens", undefined, { method: "POST", body: {} });
    expect(asked.at(-1)?.headers["Indelible-Reason"]).toBeUndefined();
    expect(session.wantsReason).toBe(false);
  });

  it("is not shown as ended where the server could not end it", async () => {
    serve(({ method }) => (method === "DELETE" ? problem(503, "unrecorded") : [200, who("ada")]));
    const session = await begun();
    await expect(session.leave(true)).rejects.toBeInstanceOf(AskError);
    expect(session.standing.state).toBe("in");
  });
});
