import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished } from "vitest";
import { violations } from "./harness/axe.js";
import { freePort } from "./harness/port.js";
import { type Open, type Opened, scenario } from "./harness/scenario.js";
import type { Server } from "./harness/server.js";

const EVENTS = [
  { action: "door.opened", description: "Theirs", organization: { id: "acme" }, actor: { type: "user", id: "u-17", name: "Ada Lovelace" }, client: { ip: "192.0.2.7" } },
  { action: "window.opened", description: "Another's", organization: { id: "globex" }, actor: { type: "user", id: "u-18", name: "Bob" } },
];

interface Product {
  readonly origin: string;
  readonly server: Server;
  readonly program: { id: string; token: string };
}

/** The sample product of examples/embed, beside a log that lets it embed. */
async function product(guarded: (what?: "empty" | "demo", ...more: string[]) => Promise<Server>, expiresInS: number): Promise<Product> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const server = await guarded("empty", "--embed-origin", origin);
  await server.record(...EVENTS);
  const program = await server.token("product", "scope-admin", "--organization", "acme");
  const env = { ...process.env, INDELIBLE_URL: server.url, INDELIBLE_TOKEN: program.token, PORT: String(port), EXPIRES_IN: String(expiresInS) };
  const started: ChildProcess = spawn(process.execPath, [resolve("../examples/embed/server.mjs")], { env, stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void started.kill("SIGTERM"));
  if (started.stdout === null) throw new Error("the product says nothing");
  for await (const line of createInterface(started.stdout)) if (line.includes(origin)) break;
  started.stdout.resume();
  return { origin, server, program };
}

/** The product's page in a browser that has a session's cookie at the log, too. */
async function embedded(open: Open, { origin, server }: Product): Promise<{ log: Opened; cookies: string[]; renewals: () => number; questions: () => number }> {
  const log = await open("about:blank", { origins: [origin, server.url] });
  const [cookies, asked]: [string[], string[]] = [[], []];
  await log.page.context().addCookies([{ name: "indelible", value: "a-session-of-the-reader", url: server.url }]);
  log.page.on("request", (request) => {
    asked.push(new URL(request.url()).pathname);
    if (request.url().startsWith(`${server.url}/v1/`)) {
      // A page that is closed meanwhile has no headers to tell any more.
      void request.allHeaders().then((headers) => cookies.push(headers["cookie"] ?? ""), () => undefined);
    }
  });
  await log.page.goto(origin);
  const count = (path: string) => (): number => asked.filter((one) => one === path).length;
  return { log, cookies, renewals: count("/audit-token"), questions: count("/v1/entries") };
}

describe("a product with the log in a page of another origin", () => {
  scenario("shows its customer's entries alone, in the layouts and fields it allowed, and sends no cookie", async ({ guarded, open }) => {
    const its = await product(guarded, 300);
    const { log, cookies } = await embedded(open, its);
    await log.ready();
    await expect.poll(() => log.count()).toBe(1);
    expect((await log.rows())[0]?.cells.join(" ")).toContain("Ada Lovelace");
    expect(await log.heads()).not.toContain("Location");
    expect(await log.page.locator("ind-export").count()).toBe(0);
    await log.button(/^Layout:/).click();
    expect(await log.page.getByRole("group", { name: "Layouts" }).getByRole("button").allInnerTexts()).toEqual(["Records", "Access"]);
    expect(await log.page.getByRole("list", { name: "Columns" }).count()).toBe(0);
    await log.page.keyboard.press("Escape");
    await log.row(0).click();
    await log.panel.locator("pre.raw").waitFor();
    await log.panel.locator("ind-proof [data-state=good]").waitFor();
    expect(await log.panel.innerText()).not.toContain("192.0.2.7");
    expect(await violations(log.page)).toEqual([]);
    await its.server.record(EVENTS[0] ?? {});
    await log.button(/1 new entry/).waitFor();
    expect(new Set(cookies)).toEqual(new Set([""]));
  });

  scenario("renews its token before it ends: what is open, typed and asked stays", async ({ guarded, open }) => {
    const its = await product(guarded, 10);
    const { log, renewals, questions } = await embedded(open, its);
    await log.ready();
    await log.row(0).click();
    await log.panel.locator("ind-proof [data-state=good]").waitFor();
    await log.search.fill("Their");
    // Asked at first, and for what was typed; a renewal asks nothing.
    await expect.poll(questions).toBe(2);
    await expect.poll(renewals, { message: "renewed twice" }).toBeGreaterThanOrEqual(2);
    expect([await log.search.inputValue(), await log.panel.locator("h2").innerText(), questions()]).toEqual(["Their", "Theirs", 2]);
    await its.server.record(EVENTS[0] ?? {});
    await log.button(/1 new entry/).click();
    await expect.poll(() => log.count()).toBe(2);
  });

  scenario("whose program lost its token says that access has ended, and shows nothing new", async ({ guarded, open }) => {
    const its = await product(guarded, 300);
    const { log } = await embedded(open, its);
    await log.ready();
    log.complaints.expect(/status of (401|502|403)/, /ERR_INCOMPLETE/);
    const revoked = await fetch(`${its.server.url}/v1/tokens/${its.program.id}`, { method: "DELETE", headers: await its.server.operator() });
    expect(revoked.status).toBe(204);
    await log.search.fill("Another");
    await log.page.getByText("The audit log cannot be shown at the moment.").waitFor();
    expect(await log.page.locator("ind-table").innerText()).not.toContain("Another");
  });

  scenario("cannot be had from the origin of somebody else", async ({ guarded, open }) => {
    const its = await product(guarded, 300);
    const { token } = (await (await fetch(`${its.origin}/audit-token`, { method: "POST", headers: { Origin: its.origin } })).json()) as { token: string };
    expect((await fetch(`${its.origin}/audit-token`, { method: "POST", headers: { Origin: "http://evil.example" } })).status).toBe(403);
    const other = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end("<title>evil</title>")).listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const log = await open(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`, { origins: [its.server.url] });
    log.complaints.expect(/CORS|ERR_FAILED|status of 403|favicon/);
    const seen = await log.page.evaluate(
      async ([url, token]) => {
        try {
          return (await fetch(`${url}/v1/entries`, { headers: { Authorization: `Bearer ${token}` } })).status;
        } catch {
          return "refused";
        }
      },
      [its.server.url, token] as const,
    );
    expect(seen).toBe("refused");
  });
});
