import { describe, expect } from "vitest";
import type { Entry } from "../src/api/types.js";
import { scenario } from "./harness/scenario.js";

/** What people come with: tasks as the seeds of this project tell them. */
describe("tasks", () => {
  scenario("correlate with a cost anomaly: range, then resource type, then who", async ({ demo, open }) => {
    const log = await (await open(demo.url, { timezoneId: "UTC" })).ready();
    await log.page.locator("ind-range #face").click();
    await log.page.getByLabel("From, day").fill("2023-07-10");
    await log.page.getByLabel("To, day").fill("2023-07-10");
    await log.page.keyboard.press("Escape");
    const range = "from=2023-07-10&to=2023-07-10";
    await log.shows(demo, range);
    await log.filter("Resource type").click();
    const types = await demo.facet("resource_type", range);
    await expect.poll(() => log.values()).toEqual(types);
    const type = types[0]?.value ?? "";
    await log.value(type).check();
    await log.page.keyboard.press("Escape");
    await log.shows(demo, `${range}&resource_type=${type}`);
    await log.filter("User").click();
    const people = await demo.facet("actor", `${range}&resource_type=${type}`);
    await expect.poll(() => log.values()).toEqual(people);
    await log.value(people[0]?.value ?? "").check();
    expect(await log.shows(demo, `${range}&resource_type=${type}&actor=${people[0]?.value}`)).toBe(people[0]?.count);
  });

  scenario("investigate repeated 403s: who, from where, and what else came from there", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?layout=access`)).ready();
    await log.search.fill("http_status:403");
    await log.page.keyboard.press("Enter");
    expect(await log.shows(demo, "q=http_status:403")).toBe(93);
    expect((await log.rows()).every(({ cells }) => cells[5]?.startsWith("✗"))).toBe(true);
    await log.filter("User").click();
    const people = await demo.facet("actor", "q=http_status:403");
    await expect.poll(() => log.values()).toEqual(people);
    const entry = (await demo.entries("q=http_status:403", 100)).find(({ client }) => client?.ip !== undefined);
    const theirs = `q=http_status:403&actor=${entry?.actor.id}`;
    await log.value(entry?.actor.id ?? "").check();
    await log.page.keyboard.press("Escape");
    await log.shows(demo, theirs);
    await log.row((await demo.entries(theirs, 100)).findIndex(({ id }) => id === entry?.id)).click();
    await expect.poll(() => log.panel.locator("dl").innerText()).toContain("403 – A failed or unauthorised attempt");
    await log.panel.getByRole("link", { name: "Same address" }).click();
    expect(await log.shows(demo, `ip=${entry?.client?.ip}`)).toBeGreaterThan(0);
  });

  scenario("who changed this, and what was it before", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    await log.search.fill("inc0006467");
    await log.page.keyboard.press("Enter");
    expect(await log.shows(demo, "q=inc0006467")).toBeGreaterThan(1);
    await log.row(0).click();
    await log.panel.locator(".diff").waitFor();
    const [id] = await demo.entries("q=inc0006467", 1);
    const whole = await demo.json<Entry>(`/v1/entries/${id?.id}`);
    for (const [field, { before, after }] of Object.entries(whole.changes ?? {}) as [string, { before?: unknown; after?: unknown }][]) {
      const row = log.panel.locator(".diff tr", { hasText: field });
      expect([await row.locator("del").innerText(), await row.locator("ins").innerText()]).toEqual([expect.stringContaining(String(before)), expect.stringContaining(String(after))]);
    }
    expect(await log.panel.locator("dd").first().innerText()).toContain(whole.actor.id);
    await log.panel.getByRole("link", { name: "This resource's history" }).click();
    expect(await log.shows(demo, "resource_type=incident&resource_id=INC0006467")).toBeGreaterThan(1);
    expect((await log.rows()).at(-1)?.cells[1]).toContain("created incident INC0006467");
  });

  scenario("share a filtered view by URL: the other sees the same rows, columns and entry", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?layout=platform`)).ready();
    await log.filter("Channel").click();
    await log.value("security").check();
    await log.value("ec2").check();
    await log.page.keyboard.press("Escape");
    await log.search.fill("severity:>=warning");
    await log.shows(demo, "channel=security&channel=ec2&q=severity:>=warning");
    await log.row(3).click();
    await log.panel.locator("pre.raw").waitFor();
    const other = await open(log.page.url());
    await other.panel.locator("pre.raw").waitFor();
    expect(await other.panel.locator("pre.raw").innerText()).toBe(await log.panel.locator("pre.raw").innerText());
    await expect.poll(() => other.count()).toBe(await log.count());
    expect([await other.heads(), (await other.rows()).slice(0, 15)]).toEqual([await log.heads(), (await log.rows()).slice(0, 15)]);
  });

  scenario("who viewed this person's record: opening an entry with personal values is itself an entry", async ({ fresh, open }) => {
    const server = await fresh();
    const [id] = await server.record({ action: "user.updated", actor: { type: "user", id: "u-7", name: "Ada" }, resource: { type: "user", id: "u-8" } });
    const log = await open(`${server.url}/?entry=${id}`);
    await log.panel.locator("pre.raw").waitFor();
    await log.page.goto(`${server.url}/?channel=pii-read`);
    await log.shows(server, "channel=pii-read");
    expect((await log.rows()).map(({ cells }) => cells[1])).toContain("pii.read.user");
  });
});
