/** A real issuer of OpenID Connect (tests/oidc), and a log that people sign in to by it. */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { freePort } from "./port.js";
import type { Server } from "./server.js";

const FIXTURE = resolve("../tests/oidc");
const SECRET = "a secret of this test alone";

export interface Issuer {
  readonly server: Server;
  readonly origin: string;
  /** Who signs in there from now on, and what is claimed of that one. */
  readonly tell: (account: string, claims: object) => Promise<void>;
}

/** `grants`: the table of claims and roles, as the flag has it. */
export async function issuer(guarded: (what?: "empty" | "demo", ...more: string[]) => Promise<Server>, grants: string): Promise<Issuer> {
  if (!existsSync(join(FIXTURE, "node_modules"))) await promisify(execFile)("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: FIXTURE });
  const [port, control] = [await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${port}`;
  const server = await guarded("empty", "--oidc", `{id = "corp", name = "Corp", issuer = "${origin}", client_id = "indelible", client_secret = "${SECRET}", grants = ${grants}}`);
  const told = { issuers: [{ id: "corp", port }], log: server.url, control };
  const started = spawn(process.execPath, ["server.mjs", JSON.stringify(told)], { cwd: FIXTURE, stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void started.kill("SIGKILL"));
  for await (const line of createInterface(started.stdout)) if (line === "ready") break;
  started.stdout.resume();
  const tell = async (account: string, claims: object): Promise<void> => {
    await fetch(`http://127.0.0.1:${control}/`, { method: "POST", body: JSON.stringify({ issuer: "corp", account, claims }) });
  };
  return { server, origin, tell };
}
