import { describe, expect } from "vitest";
import { scenario } from "./harness/scenario.js";

const OPENED = { action: "door.opened", channel: "doors", actor: { type: "user", id: "ada" } };

describe("live", () => {
  scenario("new entries are counted, and appear when asked for", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record(OPENED);
    const log = await (await open(`${server.url}/?channel=doors`)).ready();
    await log.followed();
    await server.record(OPENED, { action: "window.opened" }, OPENED);
    const show = log.button(/2 new entries/);
    await show.waitFor();
    expect(await log.count()).toBe(1);
    await show.click();
    await log.shows(server, "channel=doors");
    expect(await log.count()).toBe(3);
    expect(await log.button(/new entr/).count()).toBe(0);
  });

  scenario("with Live on they appear by themselves, and the reader's row stays open", async ({ fresh, open }) => {
    const server = await fresh();
    const [id] = await server.record(OPENED);
    const log = await (await open(`${server.url}/?channel=doors&entry=${id}`)).ready();
    await log.followed();
    await log.button("Live").click();
    expect(await log.button("Live").getAttribute("aria-pressed")).toBe("true");
    for (let expected = 2; expected < 5; expected += 1) {
      await server.record(OPENED);
      await expect.poll(() => log.count()).toBe(expected);
    }
    await log.shows(server, "channel=doors");
    expect(new URLSearchParams(log.query).get("entry")).toBe(id);
    expect(new URLSearchParams(log.query).get("live")).toBe("true");
  });

  scenario("a server that is gone is said, and back again without losing filters or entries", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record(OPENED, { action: "window.opened" });
    const log = await (await open(`${server.url}/?channel=doors&q=opened`)).ready();
    await log.followed();
    log.complaints.expect(/ERR_|INCOMPLETE/);
    await server.stop();
    const gone = log.page.getByText("The server does not answer; trying again");
    await gone.waitFor();
    expect(await log.count()).toBe(1);
    await server.start();
    await server.record(OPENED);
    await gone.waitFor({ state: "detached" });
    await log.shows(server, "channel=doors&q=opened");
    expect(log.query).toBe("channel=doors&q=opened");
    await server.record(OPENED);
    await log.button(/1 new entry/).click();
    await expect.poll(() => log.count()).toBe(3);
  });
});
