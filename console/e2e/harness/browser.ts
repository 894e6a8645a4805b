/** Debian's Chromium, and pages that complain: whatever goes wrong in one is a complaint, and a scenario has none. */
import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page, type Route } from "playwright-core";

export const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** A console that Vite built a moment ago, to try without building the binary anew. */
const DIST = process.env["INDELIBLE_E2E_DIST"];

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}

/** What went wrong in the pages of one context. */
export class Complaints {
  readonly #all: string[] = [];
  readonly #expected: RegExp[] = [];

  /** From now on and before, complaints like this are part of the scenario. */
  expect(...like: RegExp[]): void {
    this.#expected.push(...like);
  }

  add(complaint: string): void {
    this.#all.push(complaint);
  }

  get unexpected(): string[] {
    return this.#all.filter((complaint) => !this.#expected.some((like) => like.test(complaint)));
  }
}

/**
 * A new context whose pages report console errors, uncaught errors, failed requests, dialogs, violations of the policy and
 * requests to anywhere but `origins`.
 */
export async function watched(browser: Browser, origins: readonly string[], options: BrowserContextOptions): Promise<[BrowserContext, Complaints]> {
  const complaints = new Complaints();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
  await context.exposeBinding("complain", (_, text: string) => complaints.add(text));
  await context.addInitScript(() => {
    const complain = (globalThis as unknown as { complain: (text: string) => void }).complain;
    document.addEventListener("securitypolicyviolation", (event) => complain(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  if (DIST !== undefined) await context.route("**", (route) => fromFolder(route, DIST).catch(() => undefined));
  context.on("page", (page) => watch(page, origins, complaints));
  return [context, complaints];
}

/** A file of the folder in the place of the server's, under the server's headers. */
async function fromFolder(route: Route, folder: string): Promise<void> {
  const { pathname } = new URL(route.request().url());
  const path = join(folder, ["/", "/overview", "/catalogue", "/integrity", "/access", "/activity", "/account", "/sign-in"].includes(pathname) ? "index.html" : /^\/(assets|embed)\//.test(pathname) ? pathname : "-");
  if (!existsSync(path)) return route.fallback();
  const answer = await route.fetch(pathname.startsWith("/assets/") ? { url: new URL("/", route.request().url()).href } : {});
  // A page of another product may stand at the same path.
  if (path.endsWith("index.html") && answer.headers()["content-security-policy"]?.includes("lit-html") !== true) return route.fallback();
  // Where the server keeps other origins out, it is to be seen doing so.
  if (pathname.startsWith("/embed/") && answer.headers()["access-control-allow-origin"] === undefined) return route.fallback();
  await route.fulfill({ path, headers: { ...answer.headers(), "content-type": TYPES[extname(path)] ?? "", "content-length": "" } });
}

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

function watch(page: Page, origins: readonly string[], complaints: Complaints): void {
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.add(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.add(`error: ${error.stack ?? error.message}`));
  page.on("dialog", (dialog) => {
    complaints.add(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    // The console gives up questions whose answers nobody waits for any more.
    if (why !== "net::ERR_ABORTED") complaints.add(`request: ${request.url()} ${why}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!origins.some((origin) => url.startsWith(`${origin}/`)) && !/^(data|blob|about):/.test(url)) complaints.add(`outside: ${url}`);
  });
}
