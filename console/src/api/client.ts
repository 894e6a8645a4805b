/** Asks a log's HTTP interface, and says in the reader's words why it could not. */
import { ANYBODY, type Caller } from "./caller.js";

/** What an answer says when it is no answer: RFC 9457, as far as the console uses it. */
export interface Problem {
  readonly title: string;
  readonly detail: string;
  readonly status: number;
  readonly code: string;
  /** How long to wait before asking again, in seconds, where the server says so. */
  readonly retryAfterS?: number;
}

/** A question that was not answered. `status` is 0 where the server could not be reached. */
export class AskError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "AskError";
    this.problem = problem;
  }
}

/** What a request may say beside its address. */
export interface Asked {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Whether a 401 is the answer itself: nobody is asked to sign in, and nothing is asked again. */
  readonly final?: boolean;
}

/** Where the log is and as whom it is asked. */
export class Api {
  /** `""` for the page's own server, else an origin without a slash at its end. */
  readonly endpoint: string;
  readonly #caller: Caller;

  constructor(endpoint = "", caller: Caller = ANYBODY) {
    this.endpoint = endpoint.replace(/\/+$/, "");
    this.#caller = caller;
  }

  /** The origin it asks, also where that is the page's own. */
  get base(): string {
    return this.endpoint === "" ? location.origin : this.endpoint;
  }

  url(path: string, params?: URLSearchParams): string {
    const query = params?.toString() ?? "";
    return `${this.endpoint}${path}${query === "" ? "" : `?${query}`}`;
  }

  /**
   * The response, whatever its status. One that says 401 is held back until the caller has signed in anew; then the same is
   * asked once more, unless it is `final`. So is a look that needs a reason until there is one.
   *
   * Errors: what `fetch` throws.
   */
  async send(url: string, init: RequestInit = {}, final = false): Promise<Response> {
    const caller = this.#caller;
    const ask = (): Promise<Response> => {
      const headers = { ...caller.headers(init.method ?? "GET"), ...(init.headers as Record<string, string> | undefined) };
      return fetch(url, { ...init, headers, credentials: caller.credentials });
    };
    const { mark } = caller;
    const response = await ask();
    if (final || (response.status !== 401 && response.status !== 422)) return response;
    const { code } = await problemOf(response.clone());
    const signal = init.signal ?? undefined;
    const goesOn =
      response.status === 401 ? ENDED.includes(code) && (await caller.renewed(mark, signal)) : code === "reason_needed" && isLook(init) && (await caller.reasoned(signal));
    return goesOn ? ask() : response;
  }

  /**
   * The answer itself, of any type.
   *
   * Errors: {@link AskError}; an aborted request ends as the browser's own `AbortError`.
   */
  async fetch(path: string, params?: URLSearchParams, { body, final, ...asked }: Asked = {}): Promise<Response> {
    const url = this.url(path, params);
    const init: RequestInit = body === undefined ? asked : { ...asked, body: JSON.stringify(body), headers: { ...asked.headers, "Content-Type": "application/json" } };
    let response: Response;
    try {
      response = await this.send(url, init, final);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new AskError(unreachable(this.base));
    }
    if (response.ok) return response;
    const problem = await problemOf(response);
    this.#caller.told(problem.code);
    throw new AskError(problem);
  }

  async json<T>(path: string, params?: URLSearchParams, init?: Asked): Promise<T> {
    const response = await this.fetch(path, params, init);
    return (await response.json()) as T;
  }

  async text(path: string, params?: URLSearchParams, init?: Asked): Promise<string> {
    return (await this.fetch(path, params, init)).text();
  }
}

/** Codes of a 401 that says who asks is not known any more; others are about a password or code that was typed. */
const ENDED: readonly string[] = ["not_signed_in", "bad_token"];

function isLook({ method = "GET" }: RequestInit): boolean {
  return method === "GET";
}

function unreachable(where: string): Problem {
  return {
    title: "The log does not answer",
    detail: `Nothing answers at ${where}. Start the server again (indelible serve), or check the connection; then try again.`,
    status: 0,
    code: "unreachable",
  };
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    title: "The log could not answer",
    detail: `The server answered ${response.status} ${response.statusText}. Try again; if it stays so, look into the server's log.`,
    status: response.status,
    code: "unknown",
  };
  const wait = Number(response.headers.get("Retry-After") ?? Number.NaN);
  const known = Number.isFinite(wait) ? { retryAfterS: Math.max(1, Math.ceil(wait)) } : {};
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>), ...known };
  } catch {
    return { ...fallback, ...known };
  }
}
