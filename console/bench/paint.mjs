// What the console costs its reader: `node bench/paint.mjs URL` against a server with entries. Prints milliseconds.
//
// First paint: a new browser profile opens the page; until the first contentful paint, and until rows with entries are painted.
// Filter: a value of the Outcome or Severity menu is clicked; until the rows of the new answer are painted.
// Scrolling: the wheel turns through 10,000 rows; the longest time in which a row in sight had no entry, and the longest frame.
import { chromium } from "playwright-core";

const [url] = process.argv.slice(2);
if (url === undefined) throw new Error("usage: node bench/paint.mjs http://127.0.0.1:7117");

const LOADS = 9;
const FILTERS = 40;
const ROWS = 10_000;
const ROW_PX = 34;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });

/** The middle and the worst of some figures, rounded. */
function figures(all) {
  const sorted = [...all].sort((a, b) => a - b);
  const at = (part) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]);
  return { median: at(0.5), p90: at(0.9), worst: at(1), runs: sorted.length };
}

/** Parts of the page, found through its elements' shadows, and a promise for the next painted rows. */
function helpers() {
  window.log = () => document.querySelector("indelible-console").renderRoot.querySelector("indelible-log");
  window.table = () => log().renderRoot.querySelector("ind-table");
  window.painted = (ready) =>
    new Promise((done) => {
      const look = () => (ready() ? requestAnimationFrame(() => setTimeout(() => done(performance.now()))) : requestAnimationFrame(look));
      look();
    });
}

async function opened() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(helpers);
  return [context, page];
}

async function firstPaint() {
  const [paint, rows] = [[], []];
  for (let run = 0; run < LOADS; run += 1) {
    const [context, page] = await opened();
    await page.goto(url, { waitUntil: "commit" });
    const [first, filled] = await page.evaluate(async () => {
      const filled = await painted(() => document.querySelector("indelible-console")?.renderRoot && log()?.renderRoot && table()?.renderRoot?.querySelector("[data-row] time"));
      return [performance.getEntriesByName("first-contentful-paint")[0].startTime, filled];
    });
    paint.push(first);
    rows.push(filled);
    await context.close();
  }
  return { "first contentful paint": figures(paint), "rows painted": figures(rows) };
}

async function filterChange(page) {
  const all = await page.evaluate(async (changes) => {
    const boxOf = (menu, change) => {
      const boxes = menu.renderRoot.querySelectorAll("input[type=checkbox]");
      return boxes[change % boxes.length];
    };
    const menus = [...log().renderRoot.querySelectorAll("ind-filter")].filter(({ name }) => name === "severity" || name === "outcome");
    const took = [];
    for (let change = 0; change < changes; change += 1) {
      const menu = menus[change % menus.length];
      const popover = menu.renderRoot.querySelector("ind-popover");
      popover.show();
      await painted(() => popover.open);
      await menu.updateComplete;
      await painted(() => menu.renderRoot.querySelector("input[type=checkbox]"));
      const [before, box] = [table().pages, boxOf(menu, change)];
      const begun = performance.now();
      box.click();
      const ended = await painted(() => table() !== null && table().pages !== before && table().renderRoot.querySelector("[data-row] time"));
      took.push(ended - begun);
      popover.close();
    }
    return took;
  }, FILTERS);
  return { "filter to painted rows": figures(all) };
}

async function scrolling(page) {
  await page.evaluate(() => {
    window.scrolled = { blank: 0, blanks: 0, frame: 0, row: 0 };
    let [since, last] = [undefined, performance.now()];
    const look = () => {
      const now = performance.now();
      scrolled.frame = Math.max(scrolled.frame, now - last);
      last = now;
      const scroller = table().renderRoot.querySelector(".scroll");
      const [top, bottom] = [scroller.scrollTop, scroller.scrollTop + scroller.clientHeight - 66];
      const filled = new Set([...table().renderRoot.querySelectorAll("[data-row]")].filter((row) => row.querySelector("time")).map((row) => Number(row.dataset.row)));
      const [from, to] = [Math.ceil(top / 34), Math.min(Math.floor(bottom / 34), table().pages.rows - 1)];
      scrolled.row = Math.max(scrolled.row, to);
      const missing = Array.from({ length: to - from + 1 }, (_, at) => from + at).some((row) => !filled.has(row));
      if (missing) since ??= now;
      else since = undefined;
      if (since !== undefined) {
        scrolled.blanks += 1;
        scrolled.blank = Math.max(scrolled.blank, now - since);
      }
      requestAnimationFrame(look);
    };
    look();
  });
  await page.mouse.move(600, 600);
  const begun = Date.now();
  let row = 0;
  while (row < ROWS) {
    await page.mouse.wheel(0, 12 * ROW_PX);
    row = await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(scrolled.row))));
  }
  const { blank, blanks, frame } = await page.evaluate(() => scrolled);
  return { "scrolling 10,000 rows": { seconds: (Date.now() - begun) / 1_000, "longest blank": Math.round(blank), "frames with a blank": blanks, "longest frame": Math.round(frame) } };
}

const results = await firstPaint();
const [context, page] = await opened();
await page.goto(url);
await page.evaluate(() => painted(() => table()?.renderRoot.querySelector("[data-row] time")));
Object.assign(results, await filterChange(page));
await page.goto(url);
await page.evaluate(() => painted(() => table()?.renderRoot.querySelector("[data-row] time")));
Object.assign(results, await scrolling(page));
await context.close();
await browser.close();
for (const [what, figure] of Object.entries(results)) console.log(`${what.padEnd(26)} ${Object.entries(figure).map(([name, value]) => `${name} ${value}`).join(", ")}`);
