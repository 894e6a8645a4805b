import { describe, expect } from "vitest";
import { block, number } from "./harness/blocks.js";
import { scenario } from "./harness/scenario.js";

describe("integrity", () => {
  scenario("shows checkpoint and key as the log gives them, and verifies", async ({ fresh, open }) => {
    const server = await fresh("demo");
    // What its journal held is signed a moment after it has started.
    const signed = async (): Promise<number> => Number((await server.text("/checkpoint")).split("\n")[1]);
    await expect.poll(signed).toBe(await server.count());
    const log = await open(`${server.url}/integrity`);
    await expect.poll(async () => (await block(log, "The log's key").locator("pre").innerText()).trim()).toBe((await server.text("/vkey")).trim());
    const [origin = "", size = "", root = ""] = (await server.text("/checkpoint")).split("\n");
    for (const text of [origin, number(Number(size)), root]) expect(await block(log, "Newest checkpoint").locator("dl").innerText()).toContain(text);
    await block(log, "Verification").getByRole("button", { name: "Verify now" }).click();
    await block(log, "Verification").getByText("entries are as they were acknowledged").waitFor();
    await block(log, "Verification").getByRole("link").click();
    await log.shows(server, "action=audit_log.verify&source=indelible");
  });

  scenario("what the browser remembers is joined to what the log says later; a log that is another one is found out", async ({ fresh, open }) => {
    const server = await fresh("demo");
    const log = await open(`${server.url}/integrity`);
    await block(log, "What this browser remembers").getByRole("button", { name: "Check and remember" }).click();
    await block(log, "What this browser remembers").getByText("remembered from now on").waitFor();
    await server.record({ action: "door.opened" });
    await block(log, "What this browser remembers").getByRole("button", { name: "Check consistency" }).click();
    await block(log, "What this browser remembers").getByText("the log continues what was seen of it").waitFor();
    await log.page.evaluate(() => {
      const name = `indelible.proof:${location.origin}`;
      const seen = JSON.parse(localStorage.getItem(name) ?? "{}") as { checkpoint: string };
      localStorage.setItem(name, JSON.stringify({ ...seen, checkpoint: seen.checkpoint.replace(/\n\d+\n/, "\n7\n") }));
    });
    await block(log, "What this browser remembers").getByRole("button", { name: "Check consistency" }).click();
    await block(log, "What this browser remembers").getByText("does not continue what was seen of it").waitFor();
  });
});
