/** A server in the place of the browser's `fetch`: answers by method and path, and keeps what it was asked. */
import { vi } from "vitest";

/** What was asked. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: string | undefined;
  readonly body: unknown;
}

/** A status and the JSON of its body; headers where they matter. */
export type Reply = readonly [status: number, body?: unknown, headers?: Record<string, string> | undefined];

/** Puts `reply` in the place of `fetch` until the test ends. Returns what it was asked so far. */
export function serve(reply: (request: Request) => Reply | Response): Request[] {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    if (init.signal?.aborted === true) throw new DOMException("given up", "AbortError");
    const body = typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : undefined;
    const request = { method: init.method ?? "GET", path: url, headers: (init.headers ?? {}) as Record<string, string>, credentials: init.credentials, body };
    asked.push(request);
    const answer = reply(request);
    if (answer instanceof Response) return answer;
    const [status, json, headers] = answer;
    return new Response(json === undefined ? null : JSON.stringify(json), { status, ...(headers === undefined ? {} : { headers }) });
  });
  return asked;
}

/** An answer that says what is wrong. */
export function problem(status: number, code: string, headers?: Record<string, string>): Reply {
  return [status, { status, code, title: code, detail: `it is ${code}` }, headers];
}
