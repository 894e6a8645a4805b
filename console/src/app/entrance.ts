/** What stands in a page's place, or over it, while it is not known who asks, or what he asks for is not his. */
import { html, nothing, type TemplateResult } from "lit";
import type { Api, Problem } from "../api/client.js";
import { failedState } from "../log/empty.js";
import { invitationOf, returnPath } from "../session/return-path.js";
import { may, type SessionInfo } from "../session/types.js";
import { visible } from "../ui/text.js";

type Entered = (event: CustomEvent<SessionInfo>) => void;

/** The page `/sign-in`: for an invitation, for who comes back from a provider into a tab of its own, or for everybody. */
export function entrance(api: Api, { hash, search, origin }: Location, entered: Entered): TemplateResult {
  const invitation = invitationOf(hash);
  const params = new URLSearchParams(search);
  if (invitation !== undefined) {
    return html`<div class="entrance"><h1>Make your account</h1><ind-invitation .api=${api} .token=${invitation} @entered=${entered}></ind-invitation></div>`;
  }
  if (params.has("done")) {
    return html`<div class="entrance"><h1>You are signed in</h1><p>Close this window: the other one goes on where it was.</p></div>`;
  }
  return html`<div class="entrance"><h1>Sign in</h1><p class="muted">to the audit log</p><ind-sign-in .api=${api} .back=${returnPath(params, origin)} @entered=${entered}></ind-sign-in></div>`;
}

/** The sign-in over the page, which waits below as it is. It can be left by signing in or out alone. */
export function signInOver(api: Api, { principal }: SessionInfo, entered: Entered, left: () => void): TemplateResult {
  return html`<dialog aria-labelledby="over" @cancel=${(event: Event) => event.preventDefault()}>
    <h2 id="over">Your session has ended</h2>
    <p class="muted">Sign in again: the page goes on where it is, with all you typed.</p>
    <ind-sign-in over .api=${api} .email=${principal.email ?? ""} @entered=${entered}></ind-sign-in>
    <p></p>
    <button class="quiet" @click=${left}>Leave the page instead</button>
  </dialog>`;
}

/** Asks why the reader looks, where this log wants to know; the page waits below. */
export function reasonOver(say: (reason: string | undefined) => void): TemplateResult {
  const submitted = (event: Event): void => {
    event.preventDefault();
    say(String(new FormData(event.target as HTMLFormElement).get("reason")).trim());
  };
  return html`<dialog aria-labelledby="why" @cancel=${(event: Event) => (event.preventDefault(), say(undefined))}>
    <h2 id="why">Why do you look?</h2>
    <p class="muted">This log wants a reason for opening and exporting entries. It is recorded, with this look and those after it on this page.</p>
    <form @submit=${submitted}>
      <p><input class="field" name="reason" aria-label="Reason" required pattern=".*\S.*" maxlength="1000" autofocus /></p>
      <button class="button primary">Go on</button> <button type="button" class="button" @click=${() => say(undefined)}>Do not look</button>
    </form>
  </dialog>`;
}

export function unanswered(problem: Problem, again: () => void): TemplateResult {
  return html`<h1 class="hidden">Indelible</h1>${failedState(problem, again)}`;
}

/** A page that is not for this principal. */
export function notYours(session: SessionInfo, label: string): TemplateResult {
  const nowhere = session.grants.length === 0;
  const closed = (session.suspended?.length ?? 0) > 0 && !may(session, "read");
  return html`<div class="state">
    <h1>${closed ? "Closed for the time being" : nowhere ? "You have no role here so far" : `${label} is not among what you may see`}</h1>
    <p>${closed ? "What you may see belongs to an organization that is suspended. Its events are still recorded." : "Ask whoever administers the log for a role that shows it."}</p>
  </div>`;
}

/** Says which organizations are closed, in the words of who closed them. */
export function suspensions({ suspended = [] }: SessionInfo): TemplateResult[] | typeof nothing {
  if (suspended.length === 0) return nothing;
  return suspended.map(
    ({ organization, name, message }) =>
      html`<p class="notice" role="status"><strong>${visible(name ?? organization)}${name === undefined ? nothing : html` <span class="mono">${visible(organization)}</span>`} is suspended.</strong> ${message === undefined || message === "" ? "Ask whoever runs the log why." : visible(message)}</p>`,
  );
}
