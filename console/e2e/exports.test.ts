import { readFile } from "node:fs/promises";
import { describe, expect, onTestFinished } from "vitest";
import type { Entry } from "../src/api/types.js";
import { Proxy } from "./harness/proxy.js";
import { type Opened, scenario } from "./harness/scenario.js";

const FORMATS = ["CSV", "JSON", "NDJSON"] as const;

async function saved(log: Opened, format: string): Promise<{ name: string; text: string }> {
  if (!(await log.button(`Export ${format}`).isVisible())) await log.page.locator("ind-export #face").click();
  const [download] = await Promise.all([log.page.waitForEvent("download"), log.page.getByRole("button", { name: `Export ${format}` }).first().click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

/** Rows of a CSV file, quotes taken off. Source: RFC 4180. */
function csv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n|\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === "") break;
    if (end !== ",") rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}

const ASKED = "resource_type=incident&event=created&from=2016-03-01&to=2016-03-02";

describe("exports", () => {
  scenario("hold exactly what is filtered, in each format, under the name with the moment", async ({ demo, open }) => {
    const log = await open(`${demo.url}/?${ASKED}&layout=platform`, { timezoneId: "UTC" });
    const count = await log.shows(demo, ASKED);
    const expected = (await demo.entries(ASKED, 1000)).map(({ id }) => id);
    expect(expected.length).toBe(count);

    const json = await saved(log, "JSON");
    expect(json.name).toMatch(/^audit-log-\d{4}-?\d\d-?\d\dT?-?\d\d.*\.json$/);
    expect((JSON.parse(json.text) as { entries: Entry[] }).entries.map(({ id }) => id)).toEqual(expected);
    const lines = await saved(log, "NDJSON");
    expect(lines.name).toMatch(/^audit-log-.*\.ndjson$/);
    expect(lines.text.trimEnd().split("\n").map((line) => (JSON.parse(line) as Entry).id)).toEqual(expected);
    const table = await saved(log, "CSV");
    expect(table.name).toMatch(/^audit-log-.*\.csv$/);
    const [head = [], ...rows] = csv(table.text);
    expect(rows.map((row) => row[head.indexOf("id")])).toEqual(expected);
    expect(head.slice(0, 6).map((name) => name.replace("\ufeff", "").toLowerCase().replaceAll("_", " "))).toEqual(["resource type", "status", "resource name", "user name", "performed at", "action"]);
    await expect.poll(() => log.page.locator("ind-export [role=status]").innerText()).toBe(`${table.name} is saved.`);
  });

  scenario("the menu says how many entries, and each export is itself recorded with its filters", async ({ fresh, open }) => {
    const server = await fresh("demo");
    const log = await open(`${server.url}/?channel=auth&outcome=failure`);
    const count = await log.shows(server, "channel=auth&outcome=failure");
    await log.page.locator("ind-export #face").click();
    expect(await log.page.locator("ind-export .menu").innerText()).toContain(`Exactly ${count} entries`);
    await saved(log, "JSON");
    await log.page.goto(`${server.url}/?channel=audit-log&q=export`);
    await log.shows(server, "channel=audit-log&q=export");
    await log.row(0).click();
    const details = log.panel.getByLabel("Details as JSON");
    await details.waitFor();
    const said = (await details.innerText()).replace(/\s/g, "");
    for (const part of ['"json"', "channel", "auth", "outcome", "failure"]) expect(said).toContain(part);
  });

  scenario("one that is stopped saves nothing, and another can begin", async ({ demo, open }) => {
    const log = await open(`${demo.url}/?channel=auth`);
    await log.shows(demo, "channel=auth");
    log.complaints.expect(/export.*ERR_ABORTED/);
    const files: string[] = [];
    log.page.on("download", (download) => files.push(download.suggestedFilename()));
    await log.page.route("**/v1/export?**", () => undefined);
    await log.page.locator("ind-export #face").click();
    await log.button(/^Export CSV/).click();
    await log.page.locator("ind-export progress").waitFor();
    await log.button(/^Stop$/).click();
    await expect.poll(() => log.page.locator("ind-export [role=alert]").innerText()).toBe("The export was stopped; nothing was saved.");
    expect(files).toEqual([]);
    await log.page.unroute("**/v1/export?**");
    expect((await saved(log, "CSV")).name).toMatch(/^audit-log-/);
  });

  for (const how of ["break", "end"] as const) {
    scenario(`one that ${how === "break" ? "breaks off" : "ends too early"} saves nothing and says so`, async ({ demo, open }) => {
      const proxy = await Proxy.before(demo.url, { path: /^\/v1\/export/, after: { bytes: 60_000, how } });
      onTestFinished(() => proxy.close());
      const log = await open(`${proxy.url}/?source=import:servicenow`);
      await log.shows(demo, "source=import:servicenow");
      log.complaints.expect(/ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION|ERR_EMPTY/);
      const files: string[] = [];
      log.page.on("download", (download) => files.push(download.suggestedFilename()));
      await log.page.locator("ind-export #face").click();
      // Where the server's end looks like the file's, only JSON says itself that it is whole.
      for (const format of how === "break" ? FORMATS : (["JSON"] as const)) {
        await log.page.getByRole("button", { name: `Export ${format}` }).first().click();
        await expect.poll(() => log.page.locator("ind-export [role=alert]").innerText()).toBe("The export broke off before its end, so nothing was saved. Try again, or narrow the range of time.");
      }
      expect(files).toEqual([]);
      proxy.rules = [];
      expect((await saved(log, "CSV")).name).toMatch(/^audit-log-/);
    });
  }
});
