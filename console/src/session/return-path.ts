/** Where one goes after signing in: a path of this console, whatever the address says. */

/** The address of the sign-in page that comes back to `from`. */
export function signInHref(from: Pick<Location, "pathname" | "search" | "hash">): string {
  if (from.pathname === SIGN_IN) return SIGN_IN + from.search + from.hash;
  const back = from.pathname + from.search;
  return back === "/" ? SIGN_IN : `${SIGN_IN}?${new URLSearchParams({ return: back })}`;
}

export const SIGN_IN = "/sign-in";

/** The path to come back to. What leads to another origin, or back to the sign-in, is `/`. */
export function returnPath(params: URLSearchParams, origin: string): string {
  const wanted = params.get("return") ?? "/";
  if (!wanted.startsWith("/") || !URL.canParse(wanted, origin)) return "/";
  const url = new URL(wanted, origin);
  return url.origin !== origin || url.pathname === SIGN_IN ? "/" : url.pathname + url.search;
}

/** Why a provider's sign-in came to nothing, as a word. */
export function providerProblem(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, "")).get("problem") ?? undefined;
}

/** The invitation's secret, which the address carries behind `#` so that no server sees it in a log. */
export function invitationOf(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, "")).get("invitation") ?? undefined;
}
