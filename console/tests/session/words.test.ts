/** Ways back, refusals and grants in the reader's words. */
import { describe, expect, it } from "vitest";
import { pagesFor } from "../../src/app/routes.js";
import { passwordProblem } from "../../src/session/password-fields.js";
import { providerRefusal, refusalOf, secondsLeft } from "../../src/session/refusal.js";
import { invitationOf, providerProblem, returnPath, signInHref } from "../../src/session/return-path.js";
import type { Permission, SessionInfo } from "../../src/session/types.js";
import { permissionWords, roleName, scopeWords } from "../../src/session/words.js";

const ORIGIN = "https://log.example";
const back = (wanted: string): string => returnPath(new URLSearchParams({ return: wanted }), ORIGIN);

describe("the way back from the sign-in", () => {
  it("is where one came from, with all filters", () => {
    const href = signInHref({ pathname: "/overview", search: "?channel=auth&q=a%26b", hash: "" });
    const params = new URLSearchParams(href.split("?")[1]);
    expect(returnPath(params, ORIGIN)).toBe("/overview?channel=auth&q=a%26b");
    expect(signInHref({ pathname: "/", search: "", hash: "" })).toBe("/sign-in");
    expect(signInHref({ pathname: "/sign-in", search: "?return=/x", hash: "#invitation=t" })).toBe("/sign-in?return=/x#invitation=t");
  });

  it.each(["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/sign-in?return=/", "\t//evil.example", "/\t/evil.example", ""])("is never %j", (wanted) => {
    expect(back(wanted)).toBe("/");
  });

  it("keeps an invitation's secret behind #", () => {
    expect(invitationOf("#invitation=abc")).toBe("abc");
    expect(invitationOf("")).toBeUndefined();
  });
});

describe("a refusal", () => {
  const of = (code: string, retryAfterS?: number) => refusalOf({ title: "", detail: "detail", status: 401, code, ...(retryAfterS === undefined ? {} : { retryAfterS }) }, 1_000);

  it("tells neither account nor password, and counts a pause down to nothing", () => {
    expect(of("wrong_credentials").text).toContain("E-mail address or password");
    const paused = of("too_many_attempts", 30);
    expect([1_000, 1_001, 30_999, 31_000, 99_000].map((now) => secondsLeft(paused, now))).toEqual([30, 30, 1, 0, 0]);
    expect(of("anything").text).toBe("detail");
  });

  it("of a provider is said in words, and what is not known as what it is", () => {
    expect(providerRefusal("no_access").text).toContain("gives you a role");
    expect(providerRefusal("bad_id_token<b>").text).toContain("could not be trusted (bad_id_tokenb)");
    expect(providerProblem("#problem=no_access")).toBe("no_access");
  });
});

describe("words", () => {
  it("say roles, permissions and scopes", () => {
    expect([roleName("platform-admin"), roleName("own-role")]).toEqual(["Platform admin", "own-role"]);
    expect(permissionWords(["read", "new-one"])).toBe("see entries, new-one");
    expect([{}, { own: true }, { organization: "acme", project: "p1" }, { resource: { type: "host", id: "h7" } }].map(scopeWords)).toEqual(["everything", "own entries", "organization acme, project p1", "host h7"]);
  });

  it("say what is wrong with a new password", () => {
    expect(passwordProblem("short", "short")).toContain("5 characters");
    expect(passwordProblem("correct horse", "correct hoarse")).toContain("differ");
    expect(passwordProblem("🐎🐎🐎🐎🐎🐎", "🐎🐎🐎🐎🐎🐎")).toContain("6 characters");
    expect(passwordProblem("correct horse", "correct horse")).toBe("");
  });
});

describe("pages", () => {
  const labels = (type: SessionInfo["principal"]["type"], ...permissions: Permission[]): string[] =>
    pagesFor({ principal: { type, id: "x" }, grants: [], permissions: Object.fromEntries(permissions.map((permission) => [permission, [{}]])) }).map(({ label }) => label);

  it("are those one has something to do on", () => {
    expect(labels("person")).toEqual(["Integrity"]);
    expect(labels("person", "read")).toEqual(["Log", "Overview", "Catalogue", "Integrity", "My activity"]);
    expect(labels("person", "organizations")).toEqual(["Integrity", "Access"]);
    expect(labels("operator", "read", "access")).toEqual(["Log", "Overview", "Catalogue", "Integrity", "Access"]);
  });
});
