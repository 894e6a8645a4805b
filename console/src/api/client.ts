/** Asks a log's HTTP interface, and says in the reader's words why it could not. */

/** What an answer says when it is no answer: RFC 9457, as far as the console uses it. */
export interface Problem {
  readonly title: string;
  readonly detail: string;
  readonly status: number;
  readonly code: string;
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
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Where the log is and as whom it is asked. */
export class Api {
  /** `""` for the page's own server, else an origin without a slash at its end. */
  readonly endpoint: string;
  readonly #token: string | undefined;

  constructor(endpoint = "", token?: string) {
    this.endpoint = endpoint.replace(/\/+$/, "");
    this.#token = token === "" ? undefined : token;
  }

  /** Headers that say who asks. */
  get headers(): Readonly<Record<string, string>> {
    return this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` };
  }

  url(path: string, params?: URLSearchParams): string {
    const query = params?.toString() ?? "";
    return `${this.endpoint}${path}${query === "" ? "" : `?${query}`}`;
  }

  /**
   * The answer itself, of any type.
   *
   * Errors: {@link AskError}; an aborted request ends as the browser's own `AbortError`.
   */
  async fetch(path: string, params?: URLSearchParams, init: Asked = {}): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.url(path, params), { ...init, headers: { ...this.headers, ...init.headers } });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new AskError(unreachable(this.endpoint));
    }
    if (!response.ok) throw new AskError(await problemOf(response));
    return response;
  }

  async json<T>(path: string, params?: URLSearchParams, init?: Asked): Promise<T> {
    const response = await this.fetch(path, params, init);
    return (await response.json()) as T;
  }

  async text(path: string, params?: URLSearchParams, init?: Asked): Promise<string> {
    return (await this.fetch(path, params, init)).text();
  }
}

function unreachable(endpoint: string): Problem {
  const where = endpoint === "" ? location.origin : endpoint;
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
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}
