/** A new password, twice, with the rules it must keep. */
import { html, type TemplateResult } from "lit";

/** Least length, in characters. Source: docs of accounts; the server decides. */
export const PASSWORD_CHARS_MIN = 12;

/** What is wrong with the two, in words; empty where nothing is. */
export function passwordProblem(password: string, again: string): string {
  if ([...password].length < PASSWORD_CHARS_MIN) return `The password has ${[...password].length} characters; it needs ${PASSWORD_CHARS_MIN} at least.`;
  return password === again ? "" : "The two passwords differ. Type the same twice.";
}

/** Fields `password` and `again` of a form. */
export function passwordFields(label = "Password"): TemplateResult {
  return html`<label>${label}<input class="field" type="password" name="password" autocomplete="new-password" required aria-describedby="rules" /></label>
    <label>The same once more<input class="field" type="password" name="again" autocomplete="new-password" required /></label>
    <p id="rules" class="muted">At least ${PASSWORD_CHARS_MIN} characters, and none of the passwords that many people use. Several words in a row are easy to keep in mind.</p>`;
}
