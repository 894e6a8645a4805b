/** axe in the page: what it finds wrong, one line for each element. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const SOURCE = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Violations of WCAG 2.2 A and AA and of axe's best practices. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(await SOURCE);
  const results = await page.evaluate(() => (globalThis as unknown as { axe: { run: (options: RunOptions) => Promise<AxeResults> } }).axe.run({ resultTypes: ["violations"] }));
  return results.violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, html, any }) => `${id}: ${help} – ${target.join(" ")} ${html.slice(0, 160)} ${any[0]?.message ?? ""}`));
}
