/** A person at the sign-in: joins by an invitation, signs in, has an authenticator. */
import { createHmac } from "node:crypto";
import type { Opened } from "./scenario.js";

export const PASSWORD = "correct horse battery staple";

/** Makes the account of an invitation; the page is then signed in. */
export async function joins(log: Opened, link: string, name: string, password = PASSWORD): Promise<void> {
  await log.page.goto(link);
  await log.page.getByLabel("Your name").fill(name);
  await log.page.getByLabel("Password", { exact: true }).fill(password);
  await log.page.getByLabel("The same once more").fill(password);
  await log.button("Make the account").click();
  await log.page.locator("ind-session").waitFor();
}

/** Fills in the sign-in that is in sight, over a page or as one. */
export async function signsIn(log: Opened, email: string, password = PASSWORD): Promise<void> {
  const form = log.page.locator("ind-sign-in");
  await form.getByLabel("E-mail address").fill(email);
  await form.getByLabel("Password").fill(password);
  await form.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Opens the menu of the session and follows one of its ways. */
export async function inMenu(log: Opened, name: string): Promise<void> {
  await log.page.locator("ind-session #face").click();
  await log.page.locator("ind-session").getByText(name, { exact: true }).click();
}

/** The code that an authenticator shows at a time. Source: RFC 6238 with SHA-1, 30 seconds, six digits. */
export function codeOf(secret: string, nowMs: number): string {
  const bits = [...secret.replaceAll(" ", "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(nowMs / 30_000)));
  const mac = createHmac("sha1", key).update(step).digest();
  const at = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
