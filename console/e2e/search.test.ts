import { describe, expect } from "vitest";
import { scenario } from "./harness/scenario.js";

describe("search", () => {
  scenario("typing applies after a pause, once, and stands in the URL", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    const asked: string[] = [];
    log.page.on("request", (request) => {
      if (new URL(request.url()).pathname === "/v1/entries") asked.push(new URL(request.url()).searchParams.get("q") ?? "");
    });
    await log.search.pressSequentially("resolved");
    await log.shows(demo, "q=resolved");
    expect(log.query).toBe("q=resolved");
    expect(new Set(asked)).toEqual(new Set(["resolved"]));
    // The space before the next word is still there after the pause.
    await log.search.press("Space");
    await log.page.waitForFunction((pause) => performance.now() > pause, (await log.page.evaluate(() => performance.now())) + 500);
    await log.search.pressSequentially("incident");
    await log.shows(demo, "q=resolved+incident");
    expect((await log.rows()).slice(0, 20).every(({ cells }) => cells[1]?.includes("resolved incident"))).toBe(true);
  });

  scenario("what is wrong with a query is said beside the box, and the rows stay", async ({ demo, open }) => {
    const log = await open(`${demo.url}/?channel=auth`);
    const count = await log.shows(demo, "channel=auth");
    const times = async (): Promise<string[]> => (await log.rows()).slice(0, 20).map(({ time }) => time);
    const before = await times();
    log.complaints.expect(/status of 400/);
    await log.search.fill("channel:(");
    await expect.poll(() => log.page.locator("#problem").innerText()).toContain("this parenthesis is never closed");
    expect(await log.search.getAttribute("aria-invalid")).toBe("true");
    expect(await log.search.getAttribute("aria-describedby")).toBe("problem");
    expect(await log.page.getByText("The server does not answer").count()).toBe(0);
    expect([await log.count(), await times()]).toEqual([count, before]);
    await log.search.fill("outcome:failure");
    await log.shows(demo, "channel=auth&q=outcome:failure");
    expect(await log.page.locator("#problem").isHidden()).toBe(true);
  });

  scenario("keys are offered, then their values with counts among what is filtered; all by keyboard", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?outcome=failure`)).ready();
    const options = log.page.getByRole("option");
    await log.page.keyboard.press("/");
    await log.page.keyboard.type("chan");
    await expect.poll(() => options.allInnerTexts()).toEqual(["channel:"]);
    expect(await log.search.getAttribute("aria-expanded")).toBe("true");
    await log.page.keyboard.press("ArrowDown");
    await log.page.keyboard.press("Enter");
    expect(await log.search.inputValue()).toBe("channel:");
    const facet = await demo.facet("channel", "outcome=failure");
    const lines = async (): Promise<string[]> => (await options.allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
    await expect.poll(lines).toEqual(facet.slice(0, 8).map(({ value, count }) => `${value} ${count}`));
    await log.page.keyboard.press("ArrowDown");
    await log.page.keyboard.press("ArrowDown");
    const chosen = log.page.locator(`ind-search #${await log.search.getAttribute("aria-activedescendant")}`);
    expect(await chosen.getAttribute("aria-selected")).toBe("true");
    await log.page.keyboard.press("Enter");
    const value = facet[1]?.value;
    expect(await log.search.inputValue()).toBe(`channel:${value} `);
    expect(await options.count()).toBe(0);
    await log.shows(demo, `outcome=failure&q=channel:${value}`);
  });

  scenario("Esc closes the suggestions and keeps what was typed", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    await log.search.pressSequentially("sev");
    await expect.poll(() => log.page.getByRole("option").count()).toBeGreaterThan(0);
    await log.page.keyboard.press("Escape");
    expect(await log.page.getByRole("listbox", { name: "Suggestions" }).isHidden()).toBe(true);
    expect(await log.search.inputValue()).toBe("sev");
  });

  scenario("a value that needs quotes is offered and found", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record({ action: "door.opened", channel: 'front "door" 1' }, { action: "door.opened", channel: "back" });
    const log = await (await open(server.url)).ready();
    await log.search.pressSequentially("channel:fr");
    await expect.poll(() => log.page.getByRole("option").allInnerTexts()).toEqual([expect.stringContaining('front "door" 1')]);
    await log.page.keyboard.press("ArrowDown");
    await log.page.keyboard.press("Tab");
    await expect.poll(() => log.count()).toBe(1);
    expect(await log.search.inputValue()).toBe('channel:"front \\"door\\" 1" ');
  });
});
