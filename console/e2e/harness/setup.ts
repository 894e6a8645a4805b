/** Once for all scenarios: the demo's real data, imported into a folder that every server copies. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { CHROMIUM } from "./browser.js";
import { Server } from "./server.js";

declare module "vitest" {
  export interface ProvidedContext {
    /** Folder with the imported samples. */
    readonly template: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing: install Debian's package chromium, or name another Chromium with CHROMIUM`);
  const template = await mkdtemp(join(tmpdir(), "indelible-e2e-demo-"));
  const demo = new Server(template, "demo");
  await demo.start();
  await demo.stop();
  project.provide("template", template);
  return () => rm(template, { recursive: true, force: true });
}
