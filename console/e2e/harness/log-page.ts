/** The log page as a reader sees and uses it. */
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { Server } from "./server.js";

export interface Row {
  readonly at: number;
  /** The entry's time; empty while the row is loading. */
  readonly time: string;
  readonly cells: readonly string[];
}

export class LogPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get search(): Locator {
    return this.page.getByRole("combobox", { name: "Search" });
  }

  get panel(): Locator {
    return this.page.locator("ind-entry");
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name });
  }

  row(at: number): Locator {
    return this.page.locator(`ind-table [data-row="${at}"]`);
  }

  /** The filter's button; its name goes on with what is chosen. */
  filter(label: string): Locator {
    return this.button(new RegExp(`^${label}(:|$)`));
  }

  /** What stands on the buttons that open something. */
  async faces(): Promise<string[]> {
    return (await this.page.locator("ind-popover [slot=face]").allTextContents()).map((text) => text.replace("▾", "").trim());
  }

  /** The checkbox of a value in an open filter. */
  value(name: string): Locator {
    return this.page.locator("ind-filter label").filter({ has: this.page.getByText(name, { exact: true }) }).getByRole("checkbox");
  }

  /** Values and counts of the open filter, in their order. */
  async values(): Promise<{ value: string; count: number }[]> {
    const rows = await this.page.locator("ind-filter ind-popover[open] label").evaluateAll((labels) => labels.map((label) => [...label.querySelectorAll("span")].map((part) => part.textContent ?? "")));
    return rows.map(([value = "", count = ""]) => ({ value, count: digits(count) }));
  }

  /** Of the URL, as the interface takes filters. */
  get query(): string {
    return new URL(this.page.url()).search.slice(1);
  }

  async count(): Promise<number> {
    return digits(await this.page.locator(".count").innerText());
  }

  async rows(): Promise<Row[]> {
    const rows = await this.page.locator("ind-table .row").evaluateAll((all) =>
      all.map((row) => ({
        at: Number((row as HTMLElement).dataset["row"]),
        time: row.querySelector("time")?.dateTime ?? "",
        cells: [...row.querySelectorAll<HTMLElement>(".cell")].map((cell) => cell.innerText.trim()),
      })),
    );
    return rows.sort((one, other) => one.at - other.at);
  }

  async heads(): Promise<string[]> {
    return this.page.locator("ind-table .head .cell").allInnerTexts();
  }

  /**
   * Waits until count and first rows are what the interface answers to `query`. That somebody asked is recorded, too: entries
   * of that kind which are newer than all that the page shows came after it had asked.
   */
  async shows(server: Server, query: string): Promise<number> {
    const wrong = async (): Promise<string> => {
      const count = await server.count(query);
      const entries = await server.entries(query, 50);
      const shown = { count: await this.count(), times: (await this.rows()).slice(0, 10).map(({ time }) => time) };
      const newest = shown.times[0] ?? "";
      const since = entries.findIndex(({ channel, time }) => channel !== "pii-read" || time <= newest);
      const kept = since < 0 ? entries : entries.slice(since);
      const expected = { count: count - entries.length + kept.length, times: kept.slice(0, 10).map(({ time }) => time) };
      const [one, other] = [JSON.stringify(shown), JSON.stringify(expected)];
      return one === other ? "" : `${one} where the interface has ${other}`;
    };
    await expect.poll(wrong, { message: `count and rows of ${query}` }).toBe("");
    return this.count();
  }

  /** Waits until rows are there, whichever. */
  async ready(): Promise<this> {
    await expect.poll(async () => (await this.rows()).some(({ time }) => time !== "")).toBe(true);
    return this;
  }
}

/** `36,067 entries`, `36.067`, `36 067`: the number in it. */
export function digits(text: string): number {
  const found = text.replace(/[^0-9]/g, "");
  return found === "" ? Number.NaN : Number(found);
}
