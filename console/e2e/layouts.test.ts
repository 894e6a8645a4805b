import { describe, expect } from "vitest";
import { scenario } from "./harness/scenario.js";

/** As spec and design name them, left to right. */
const LAYOUTS: Readonly<Record<string, readonly string[]>> = {
  Platform: ["Resource type", "Status", "Resource name", "User name", "Performed at", "Action"],
  Records: ["When", "Description", "Subject", "Actor", "Event"],
  Events: ["Type", "Target", "Principal", "Status", "Organization ID", "Organization name", "Workspace ID", "Workspace name", "Client IP", "Creation date"],
  Access: ["Actor", "Action", "Resource", "Location", "Timestamp", "Status", "Severity"],
};

const CHROME = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
const EVENTS = [
  {
    action: "hardware.assigned",
    event: "updated",
    time: "2026-03-01T09:30:05Z",
    description: "Hardware assigned to Ada",
    actor: { type: "user", id: "u-7", name: "Ada Lovelace", email: "ada@example.com" },
    resource: { type: "hardware", id: "h-142", name: "142" },
    outcome: "success",
    detail: "password",
    organization: { id: "org-1", name: "Acme" },
    workspace: { id: "ws-1", name: "Lab" },
    client: { ip: "203.0.113.7", user_agent: CHROME, location: { city: "Austin", region: "Texas", country: "US" } },
  },
  { action: "report.exported", time: "2026-03-01T09:30:04Z", actor: { type: "token", id: "tok-1" }, outcome: "failure", client: { ip: "203.0.113.8", ci: "GitHub Actions" } },
  { action: "retention.pruned", time: "2026-03-01T09:30:03Z", severity: "warning" },
];

describe("layouts", () => {
  scenario("the four built-in ones have their columns in their order", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    for (const [label, columns] of Object.entries(LAYOUTS)) {
      await log.button(/^Layout:/).click();
      await log.page.getByRole("button", { name: label, exact: true }).click();
      await log.page.keyboard.press("Escape");
      await expect.poll(() => log.heads()).toEqual([...columns, "Details"]);
      expect(await log.faces()).toContain(`Layout: ${label}`);
      expect(new URLSearchParams(log.query).get("layout")).toBe(label === "Records" ? null : label.toLowerCase());
    }
  });

  scenario("cells say what each layout promises", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record(...EVENTS);
    const log = await open(`${server.url}/?-source=indelible`, { timezoneId: "Europe/Berlin" });
    const cells = async (layout: string): Promise<string[][]> => {
      await log.page.goto(`${server.url}/?-source=indelible&layout=${layout}`);
      await expect.poll(async () => (await log.rows()).length).toBe(3);
      return (await log.rows()).map((row) => row.cells.map((cell) => cell.replace(/\s+/g, " ")));
    };
    const records = await cells("records");
    expect(records[0]?.[0]).toMatch(/^2026-03-01 09:30:05 UTC .+ ago$/);
    expect(records[0]?.slice(1, 5)).toEqual(["Hardware assigned to Ada", "Hardware #142", "Ada Lovelace ada@example.com", "updated"]);
    expect(records[2]?.slice(2, 4)).toEqual(["—", "System"]);
    const platform = await cells("platform");
    expect(platform[0]?.slice(0, 6)).toEqual(["hardware", "✓ success", "142", "Ada Lovelace", "1 Mar 2026, 10:30:05", "Hardware assigned to Ada"]);
    expect((await cells("events"))[0]?.slice(0, 10)).toEqual(["hardware.assigned", "h-142", "u-7", "password", "org-1", "Acme", "ws-1", "Lab", "203.0.113.7", "2026-03-01-09-30-05"]);
    const access = await cells("access");
    expect(access[0]?.slice(0, 4)).toEqual(["Ada Lovelace Chrome on macOS", "hardware.assigned", "Hardware #142", "Austin, Texas, US · 203.0.113.7"]);
    expect([access[0]?.[5], access[1]?.[5]].map((mark) => mark?.charAt(0))).toEqual(["✓", "✗"]);
    expect([access[1]?.[0], access[1]?.[3], access[2]?.[3]]).toEqual(["tok-1 Automated", "GitHub Actions · 203.0.113.8", "Unknown"]);
    expect(access[2]?.[6]).toBe("! warning");
  });

  scenario("one's own: chosen, ordered, resized, saved, still there after a reload, forgotten", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    const head = (name: string): ReturnType<typeof log.page.getByRole> => log.page.getByRole("separator", { name: `Width of ${name}` });
    const width = async (name: string): Promise<number> => Number(await head(name).getAttribute("aria-valuenow"));
    await log.button(/^Layout:/).click();
    await log.page.getByRole("checkbox", { name: "Subject" }).uncheck();
    await log.page.getByRole("checkbox", { name: "Channel" }).check();
    await log.button("Move channel to the left").click();
    await log.page.keyboard.press("Escape");
    await expect.poll(() => log.heads()).toEqual(["When", "Description", "Actor", "Channel", "Event", "Details"]);

    const [actor, channel] = [await width("Actor"), await width("Channel")];
    await head("Channel").focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"]) await log.page.keyboard.press(key);
    await expect.poll(() => width("Channel")).toBe(channel + 40);
    const box = await head("Actor").boundingBox();
    if (box === null) throw new Error("no edge to drag");
    await log.page.mouse.move(box.x + 4, box.y + 8);
    await log.page.mouse.down();
    await log.page.mouse.move(box.x - 46, box.y + 8, { steps: 4 });
    await log.page.mouse.up();
    await expect.poll(() => width("Actor")).toBe(actor - 50);

    await log.button(/^Layout:/).click();
    await log.page.getByLabel("Name of the layout").fill("Mine");
    await log.page.keyboard.press("Enter");
    await expect.poll(() => log.faces()).toContain("Layout: Mine");
    await log.page.reload();
    await log.ready();
    expect(await log.heads()).toEqual(["When", "Description", "Actor", "Channel", "Event", "Details"]);
    expect([await width("Actor"), await width("Channel")]).toEqual([actor - 50, channel + 40]);
    await log.button(/^Layout:/).click();
    await log.page.getByRole("button", { name: "Forget Mine" }).click();
    await log.page.keyboard.press("Escape");
    await expect.poll(() => log.faces()).toContain("Layout: Records");
    expect(await log.heads()).toEqual([...(LAYOUTS["Records"] ?? []), "Details"]);
  });
});
