import { describe, expect } from "vitest";
import { scenario } from "./harness/scenario.js";

/** Menus that list values, and the filter each sets. */
const MENUS: readonly (readonly [string, string])[] = [
  ["User", "actor"],
  ["Actor type", "actor_type"],
  ["Resource type", "resource_type"],
  ["Event", "event"],
  ["Channel", "channel"],
  ["Severity", "severity"],
  ["Outcome", "outcome"],
  ["Organization", "organization"],
  ["Workspace", "workspace"],
  ["Project", "project"],
];

const COMBINATIONS = [
  "outcome=failure",
  "severity=critical&severity=warning",
  "channel=auth&outcome=failure",
  "resource_type=incident&event=created",
  "-source=import%3Aservicenow",
  "resource_name=secret",
  "http_status=403",
  "from=2016-03-01&to=2016-03-03",
  "q=-event%3Aupdated+severity%3A%3E%3Dwarning",
  "organization=123837392027&event=deleted",
  "actor=kubernetes-admin&outcome=failure&http_status=404",
  "q=(event%3Adeleted+OR+event%3Acreated)&channel=ec2",
];

describe("filters", () => {
  scenario("a menu lists only what the data holds, with the interface's counts", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?-source=indelible`)).ready();
    for (const [label, name] of MENUS) {
      await log.filter(label).click();
      await expect.poll(() => log.values(), { message: label }).toEqual(await demo.facet(name, "-source=indelible"));
      await log.page.keyboard.press("Escape");
    }
  });

  scenario("counts in a menu are among what the other filters leave", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?channel=auth&outcome=failure`)).ready();
    await log.filter("Outcome").click();
    await expect.poll(() => log.values()).toEqual(await demo.facet("outcome", "channel=auth"));
    expect(await log.value("failure").isChecked()).toBe(true);
  });

  scenario("several values of a filter are any of them, and its button says how many", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    await log.filter("Channel").click();
    await log.value("auth").check();
    await log.shows(demo, "channel=auth");
    expect(await log.faces()).toContain("Channel: auth");
    await log.value("ec2").check();
    await log.shows(demo, "channel=auth&channel=ec2");
    expect(await log.faces()).toContain("Channel: 2 chosen");
    await log.value("auth").uncheck();
    await log.shows(demo, "channel=ec2");
    await log.page.getByRole("button", { name: "Any", exact: true }).click();
    await log.shows(demo, "");
  });

  scenario("the beginning of a value finds it among thousands", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    await log.filter("User").click();
    await log.page.getByRole("textbox", { name: "Find in User" }).fill("kubernetes-ad");
    await expect.poll(async () => (await log.values()).map(({ value }) => value)).toEqual(["kubernetes-admin"]);
    await log.page.keyboard.press("Enter");
    await log.shows(demo, "actor=kubernetes-admin");
  });

  scenario("a resource's name is found by a part of it, whatever its case", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    await log.filter("Resource name").click();
    await log.page.getByRole("textbox", { name: "Find in Resource name" }).fill("SECRET");
    await log.page.keyboard.press("Enter");
    expect(await log.shows(demo, "resource_name=SECRET")).toBeGreaterThan(0);
  });

  scenario("Clear appears only with a filter, and clears them all", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    const clear = log.button("Clear");
    expect(await clear.count()).toBe(0);
    await log.page.goto(`${demo.url}/?q=login&channel=auth&-outcome=success&since=3650d`);
    await log.shows(demo, "q=login&channel=auth&-outcome=success");
    await clear.click();
    await log.shows(demo, "");
    expect(log.query).toBe("");
    expect(await log.search.inputValue()).toBe("");
    expect(await clear.count()).toBe(0);
  });

  scenario("a filter without a button is a chip that says what it is and can be taken off", async ({ demo, open }) => {
    const log = await open(`${demo.url}/?http_status=403&-channel=cluster&ip=1.2.3.4&http_status=404`);
    await log.shows(demo, "http_status=403&http_status=404&-channel=cluster&ip=1.2.3.4");
    const texts = async (): Promise<string[]> => (await log.page.locator(".chip").allInnerTexts()).map((text) => text.replace(/\s*×$/, ""));
    expect(await texts()).toEqual(["HTTP status: 403", "Not Channel: cluster", "Address: 1.2.3.4", "HTTP status: 404"]);
    await log.button("Without Address 1.2.3.4").click();
    await log.button("Without HTTP status 404").click();
    await log.shows(demo, "http_status=403&-channel=cluster");
    expect(await texts()).toEqual(["HTTP status: 403", "Not Channel: cluster"]);
  });

  scenario("count and rows are the interface's for a dozen combinations, opened by URL", async ({ demo, open }) => {
    const log = await open(demo.url);
    const counts = [];
    for (const query of COMBINATIONS) {
      await log.page.goto(`${demo.url}/?${query}`);
      counts.push(await log.shows(demo, query));
    }
    expect(counts.filter((count) => count > 0).length).toBe(COMBINATIONS.length);
  });

  scenario("reload, back and forward give the same view", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    await log.filter("Outcome").click();
    await log.value("failure").check();
    await log.shows(demo, "outcome=failure");
    await log.page.keyboard.press("Escape");
    await log.button(/^Layout:/).click();
    await log.button("Platform").click();
    await log.page.keyboard.press("Escape");
    await log.search.fill("url");
    await log.shows(demo, "outcome=failure&q=url");
    const heads = await log.heads();
    await log.page.reload();
    await log.shows(demo, "outcome=failure&q=url");
    expect(await log.heads()).toEqual(heads);
    expect(await log.search.inputValue()).toBe("url");
    await log.page.goBack();
    await log.shows(demo, "outcome=failure");
    await log.page.goBack();
    await expect.poll(async () => (await log.heads())[0]).toContain("When");
    await log.page.goForward();
    await log.page.goForward();
    await log.shows(demo, "outcome=failure&q=url");
    expect(await log.heads()).toEqual(heads);
  });
});
