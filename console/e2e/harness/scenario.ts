/** What a scenario is given: servers that end with it, and pages about which there is nothing to complain. */
import type { Browser, BrowserContextOptions } from "playwright-core";
import { expect, inject, test } from "vitest";
import { type Complaints, launch, watched } from "./browser.js";
import { LogPage } from "./log-page.js";
import { Server } from "./server.js";

export interface Opened extends LogPage {
  readonly complaints: Complaints;
  /** Waits until the page follows what is recorded. */
  readonly followed: () => Promise<void>;
}

export interface OpenOptions extends BrowserContextOptions {
  /** Origins beside the page's own that it may ask. */
  readonly origins?: readonly string[];
}

/** Opens an address in a browser of its own: nothing is kept from one to the next. */
export type Open = (url: string, options?: OpenOptions) => Promise<Opened>;

interface Fixtures {
  browser: Browser;
  /** Over the demo's real data; shared by the scenarios of a file. */
  demo: Server;
  /** A new server over nothing, or over the demo's data where asked. */
  fresh: (what?: "empty" | "demo", ...more: string[]) => Promise<Server>;
  /** The same with access control. */
  guarded: (what?: "empty" | "demo", ...more: string[]) => Promise<Server>;
  open: Open;
}

export const scenario = test.extend<Fixtures>({
  browser: [
    async ({}, use) => {
      const browser = await launch();
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
  demo: [
    async ({}, use) => {
      const server = await Server.fresh(inject("template"));
      await use(server);
      await server.remove();
    },
    { scope: "file" },
  ],
  fresh: async ({}, use) => using(use, false),
  guarded: async ({}, use) => using(use, true),
  open: async ({ browser }, use) => {
    const opened: Awaited<ReturnType<typeof watched>>[] = [];
    await use(async (url, { origins = [], ...options } = {}) => {
      const context = await watched(browser, [new URL(url).origin, ...origins], options);
      opened.push(context);
      const page = await context[0].newPage();
      let feeds = 0;
      page.on("response", (response) => (feeds += Number(response.ok() && new URL(response.url()).pathname === "/v1/feed")));
      await page.goto(url);
      const followed = (): Promise<void> => expect.poll(() => feeds, { message: "the page follows the feed" }).toBeGreaterThan(0);
      return Object.assign(new LogPage(page), { complaints: context[1], followed });
    });
    await Promise.all(opened.map(([context]) => context.close()));
    expect(opened.flatMap(([, complaints]) => complaints.unexpected)).toEqual([]);
  },
});

/** Gives a scenario what makes servers, and removes them behind it. */
async function using(use: (make: Fixtures["fresh"]) => Promise<void>, guarded: boolean): Promise<void> {
  const made: Server[] = [];
  await use(async (what = "empty", ...more) => {
    const server = await Server.fresh(what === "demo" ? inject("template") : undefined, more, guarded);
    made.push(server);
    return server;
  });
  await Promise.all(made.map((server) => server.remove()));
}
