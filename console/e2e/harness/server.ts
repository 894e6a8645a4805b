/** The real binary as a server over a data directory of its own: starts, stops, starts again at the same address. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Counted, Entry, EntryPage, Facets } from "../../src/api/types.js";

/** The binary under test. */
export function binary(): string {
  const path = process.env["INDELIBLE_BIN"];
  if (path === undefined) throw new Error("INDELIBLE_BIN is not set: name the binary by its absolute path, or run `make console`");
  return path;
}

export type Event = Readonly<Record<string, unknown>>;

export class Server {
  readonly home: string;
  readonly #command: "serve" | "demo";
  readonly #more: readonly string[];
  readonly #guarded: boolean;
  #process: ChildProcess | undefined;
  #listen = "127.0.0.1:0";
  #said = "";

  constructor(home: string, command: "serve" | "demo" = "serve", more: readonly string[] = [], guarded = false) {
    [this.home, this.#command, this.#more, this.#guarded] = [home, command, more, guarded];
  }

  /** A new server that runs, over a copy of `template` or over nothing. */
  static async fresh(template?: string, more: readonly string[] = [], guarded = false): Promise<Server> {
    const home = await mkdtemp(join(tmpdir(), "indelible-e2e-"));
    if (template !== undefined) await cp(template, home, { recursive: true });
    const server = new Server(home, "serve", more, guarded);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://${this.#listen}`;
  }

  /** Starts the process; returns once it says where it listens. */
  async start(): Promise<void> {
    const options = ["--data", join(this.home, "data"), "--marks", join(this.home, "marks"), "--listen", this.#listen];
    const started = spawn(binary(), [this.#command, ...options, ...(this.#command === "serve" && !this.#guarded ? ["--dev"] : []), ...this.#more], { stdio: ["ignore", "pipe", "pipe"] });
    this.#process = started;
    started.stderr.on("data", (text: Buffer) => (this.#said = (this.#said + text.toString()).slice(-4_000)));
    for await (const line of createInterface(started.stdout)) {
      const found = /^Serving \S+ with \d+ entries at http:\/\/(\S+)$/.exec(line);
      if (found === null) continue;
      this.#listen = found[1] ?? "";
      started.stdout.resume();
      return;
    }
    throw new Error(`the server ended before it listened:\n${this.#said}`);
  }

  /** Ends the process in good order. */
  async stop(): Promise<void> {
    const ended = this.#process;
    this.#process = undefined;
    if (ended === undefined || ended.exitCode !== null) return;
    const exit = once(ended, "exit");
    ended.kill("SIGTERM");
    await exit;
  }

  /** Ends the process and forgets the data. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.home, { recursive: true, force: true });
  }

  /** Whoever has the machine, where access is controlled. */
  async operator(): Promise<Record<string, string>> {
    return this.#guarded ? { Authorization: `Bearer ${(await readFile(join(this.home, "data", "OPERATOR"), "utf8")).trim()}` } : {};
  }

  /** What a command of the binary about this server's folder prints, as JSON. */
  async command<T>(...args: string[]): Promise<T> {
    const { stdout } = await promisify(execFile)(binary(), [...args.slice(0, 2), "--data", join(this.home, "data"), ...args.slice(2), "--json"]);
    return JSON.parse(stdout) as T;
  }

  /** A new program's id and token. `scope`: options such as `--organization acme`. */
  token(name: string, role: string, ...scope: string[]): Promise<{ id: string; token: string }> {
    return this.command("token", "create", "--name", name, "--role", role, ...scope);
  }

  /** Invites somebody with a role at a scope; the link that makes the account. */
  async invite(email: string, role: string, scope: object = {}): Promise<string> {
    const body = JSON.stringify({ email, grants: [{ role, scope }] });
    const answer = await fetch(`${this.url}/v1/people`, { method: "POST", headers: { "Content-Type": "application/json", ...(await this.operator()) }, body });
    if (answer.status !== 201) throw new Error(`inviting: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { link: string }).link;
  }

  async text(path: string, query = ""): Promise<string> {
    const answer = await fetch(`${this.url}${path}${query === "" ? "" : `?${query}`}`, { headers: await this.operator() });
    if (!answer.ok) throw new Error(`${path}?${query}: ${answer.status} ${await answer.text()}`);
    return answer.text();
  }

  async json<T>(path: string, query = ""): Promise<T> {
    return JSON.parse(await this.text(path, query)) as T;
  }

  async entries(query = "", limit = 50): Promise<readonly Entry[]> {
    return (await this.json<EntryPage>("/v1/entries", `${query}&limit=${limit}`)).entries;
  }

  async count(query = ""): Promise<number> {
    return (await this.json<EntryPage>("/v1/entries", `${query}&limit=1&count=true`)).count ?? Number.NaN;
  }

  async facet(field: string, query = "", limit = 100): Promise<readonly Counted[]> {
    return (await this.json<Facets>("/v1/facets", `${query}&field=${field}&limit=${limit}`)).facets[field] ?? [];
  }

  /** Records events, given as objects or as the JSON text of one; returns their ids. */
  async record(...events: (Event | string)[]): Promise<string[]> {
    const body = `[${events.map((event) => (typeof event === "string" ? event : JSON.stringify(event))).join()}]`;
    const answer = await fetch(`${this.url}/v1/events`, { method: "POST", headers: { "Content-Type": "application/json", ...(await this.operator()) }, body });
    if (answer.status !== 201) throw new Error(`recording: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { receipts: { id: string }[] }).receipts.map(({ id }) => id);
  }
}
