import { describe, expect } from "vitest";
import { block, number, rows } from "./harness/blocks.js";
import { scenario } from "./harness/scenario.js";

describe("catalogue", () => {
  scenario("lists what is recorded, sorts it, finds in it, and leads to the log", async ({ demo, open }) => {
    const log = await open(`${demo.url}/catalogue`);
    const channels = await demo.facet("channel", "", 1_000);
    await expect.poll(async () => (await rows(log, "Channels"))[0]).toEqual([channels[0]?.value, number(channels[0]?.count ?? 0), expect.any(String), expect.any(String)]);
    await block(log, "Channels").getByRole("button", { name: "Name" }).click();
    const first = [...channels].map(({ value }) => value).sort(new Intl.Collator("en", { numeric: true }).compare)[0];
    await expect.poll(async () => (await rows(log, "Channels"))[0]?.[0]).toBe(first);
    expect(await block(log, "Channels").getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort")).toBe("ascending");
    await log.page.getByRole("searchbox").fill("auth");
    await expect.poll(async () => (await rows(log, "Channels")).every(([name]) => name?.includes("auth"))).toBe(true);
    await block(log, "Channels").getByRole("link", { name: "auth", exact: true }).click();
    await log.shows(demo, "channel=auth");
  });
});
