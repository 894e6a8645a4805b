import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished } from "vitest";
import { scenario } from "./harness/scenario.js";

const EVENTS = [
  { action: "door.opened", channel: "doors", actor: { type: "user", id: "ada" } },
  { action: "window.opened", channel: "windows", actor: { type: "user", id: "bob" } },
];

/** Another product's page at an origin of its own; `log` may be set once it is known. */
async function product(): Promise<{ origin: string; page: (log: string, attributes?: string, script?: string) => string }> {
  const server = createServer((asked, answer) => {
    const { pathname, searchParams } = new URL(asked.url ?? "", "http://product");
    const [log = "", attributes = "", script = ""] = ["log", "attributes", "script"].map((name) => searchParams.get(name) ?? "");
    if (pathname === "/favicon.ico") return answer.writeHead(204).end();
    answer.setHeader("Content-Type", pathname === "/log.js" ? "text/javascript" : "text/html; charset=utf-8");
    if (pathname === "/log.js") return void readEmbed(log).then((text) => answer.end(text));
    return answer.end(`<!doctype html><html lang="en"><title>A product</title>
      <style>indelible-log { height: 600px; --indelible-accent: rgb(122, 62, 0); }</style>
      <script type="module" src="${script}"></script>
      <h1>Audit log</h1><indelible-log endpoint="${log}" ${attributes}></indelible-log>`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, page: (log, attributes = "", script = `${log}/embed/indelible-log.js`) => `${origin}/settings?${new URLSearchParams({ log, attributes, script })}` };
}

/** The component's code, as a product would have it from its own packages. */
async function readEmbed(log: string): Promise<string> {
  return (await fetch(`${log}/embed/indelible-log.js`)).text();
}

describe("embedding", () => {
  scenario("a plain page of an allowed origin shows the log, with its attributes and theme", async ({ fresh, open }) => {
    const { origin, page } = await product();
    const server = await fresh("empty", "--allow-origin", origin);
    await server.record(...EVENTS);
    const log = await (await open(page(server.url, `layout="platform" filters="channel=doors" locale="de-DE"`), { origins: [server.url] })).ready();
    await expect.poll(() => log.count()).toBe(1);
    expect((await log.heads())[0]).toBe("Resource type");
    expect((await log.rows())[0]?.cells[3]).toBe("ada");
    expect((await log.rows())[0]?.cells[4]).toMatch(/^\d\d\.\d\d\.\d{4}, /);
    expect(await log.button("Clear").evaluate((button) => getComputedStyle(button).color)).toBe("rgb(122, 62, 0)");
    await log.row(0).click();
    await log.panel.locator("pre.raw").waitFor();
    await log.panel.locator("ind-proof [data-state=good]").waitFor();
    await log.page.keyboard.press("Escape");
    await log.button("Clear").click();
    await log.shows(server, "");
    expect(log.page.url()).toBe(page(server.url, `layout="platform" filters="channel=doors" locale="de-DE"`));
    // The page's own keys stay its own.
    await log.page.locator("h1").click();
    await log.page.keyboard.press("?");
    expect(await log.page.locator("indelible-log dialog").evaluate((dialog: HTMLDialogElement) => dialog.open)).toBe(false);
    await server.record(...EVENTS);
    await log.button(/2 new entries/).click();
    await log.shows(server, "");
  });

  scenario("a page of an origin that is not allowed gets neither code nor entries, and with code of its own says so", async ({ fresh, open }) => {
    const { origin, page } = await product();
    const server = await fresh();
    await server.record(...EVENTS);
    const log = await open(page(server.url), { origins: [server.url] });
    log.complaints.expect(/CORS|ERR_FAILED|status of 403/);
    expect(await log.page.evaluate(() => customElements.get("indelible-log") === undefined)).toBe(true);
    await log.page.goto(page(server.url, "", `${origin}/log.js?log=${encodeURIComponent(server.url)}`));
    await log.page.getByRole("alert").filter({ hasText: "The log does not answer" }).waitFor();
    expect(await log.page.locator("ind-table .row").count()).toBe(0);
  });
});
