/** What stands in a page's place, or over it, while it is not known who asks, or what he asks for is not his. */
import { html, nothing, type TemplateResult } from "lit";
import { until } from "lit/directives/until.js";
import type { Api, Problem } from "../api/client.js";
import { failedState } from "../log/empty.js";
import { problemOf } from "../pages/answer.js";
import { providerRefusal } from "../session/refusal.js";
import { invitationOf, providerProblem, returnPath } from "../session/return-path.js";
import { may, type SessionInfo } from "../session/types.js";
import { visible } from "../ui/text.js";

type Entered = (event: CustomEvent<SessionInfo>) => void;

/** The page `/sign-in`: for an invitation, for who comes back from a provider into a tab of its own, or for everybody. */
export function entrance(api: Api, { hash, search, origin }: Location, entered: Entered): TemplateResult {
  const invitation = invitationOf(hash);
  const [params, problem] = [new URLSearchParams(search), providerProblem(hash)];
  if (invitation !== undefined) {
    return html`<div class="entrance"><h1>Make your account</h1><ind-invitation .api=${api} .token=${invitation} @entered=${entered}></ind-invitation></div>`;
  }
  if (params.has("done")) {
    return html`<div class="entrance"><h1>You are signed in</h1><p>Close this window: the other one goes on where it was.</p></div>`;
  }
  return html`<div class="entrance"><h1>Sign in</h1><p class="muted">to the audit log</p><ind-sign-in .api=${api} .back=${returnPath(params, origin)} .refusal=${problem === undefined ? undefined : providerRefusal(problem)} @entered=${entered}></ind-sign-in></div>`;
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
    const reason = String(new FormData(event.target as HTMLFormElement).get("reason")).trim();
    if (reason !== "") say(reason);
  };
  return html`<dialog aria-labelledby="why" @cancel=${(event: Event) => (event.preventDefault(), say(undefined))}>
    <h2 id="why">Why do you look?</h2>
    <p class="muted">This log wants a reason for opening and exporting entries. It is recorded, with this look and those after it on this page.</p>
    <form @submit=${submitted}>
      <p><input class="field" name="reason" aria-label="Reason" required maxlength="1000" autofocus /></p>
      <button class="button primary">Go on</button> <button type="button" class="button" @click=${() => say(undefined)}>Do not look</button>
    </form>
  </dialog>`;
}

export function unanswered(problem: Problem, again: () => void): TemplateResult {
  return html`<h1 class="hidden">Indelible</h1>${failedState(problem, again)}`;
}

/** A page that is not for this principal. Where nothing can be seen at all, the log itself says why: it may be closed for the time being. */
export function notYours(api: Api, session: SessionInfo, label: string): TemplateResult {
  if (session.grants.length === 0) return said("You have no role here so far", "Ask whoever administers the log for a role.");
  const other = said(`${label} is not among what you may see`, "Ask whoever administers the log for a role that shows it.");
  return may(session, "read") ? other : html`${until(whyNot(api).then((problem) => (problem === undefined ? other : said(problem.title, problem.detail))), nothing)}`;
}

function said(title: string, text: string): TemplateResult {
  return html`<div class="state"><h1>${visible(title)}</h1><p>${visible(text)}</p></div>`;
}

/** Refusals that say more than that a role is missing. */
const CLOSED: readonly string[] = ["organization_suspended", "not_from_here"];

async function whyNot(api: Api): Promise<Problem | undefined> {
  try {
    await api.fetch("/v1/entries", new URLSearchParams({ limit: "1" }));
    return undefined;
  } catch (error) {
    const problem = problemOf(error);
    return CLOSED.includes(problem.code) ? problem : undefined;
  }
}

/** What stands above the account of whoever must set up a second factor before anything else. */
export function factorDue(): TemplateResult {
  return html`<p class="notice" role="alert"><strong>This log wants a second factor from everybody with a password.</strong> Set one up below to go on.</p>`;
}
