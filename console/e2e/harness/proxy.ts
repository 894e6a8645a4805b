/** Stands between page and server, and changes or cuts what passes: what a broken network or a dishonest host would do. */
import { createServer, request, type Server as HttpServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** What happens to the answer to a path. */
export interface Rule {
  readonly path: RegExp;
  /** Changes the whole body. */
  readonly change?: (body: Buffer) => Buffer;
  /** Ends after so many bytes: `break` cuts the connection, `end` closes it as if that had been all. */
  readonly after?: { readonly bytes: number; readonly how: "break" | "end" };
}

export class Proxy {
  readonly #server: HttpServer;
  /** May be changed while it runs. */
  rules: readonly Rule[] = [];
  target: string;

  private constructor(before: string) {
    this.target = before;
    this.#server = createServer((asked, answer) => {
      const { target } = this;
      const { host } = new URL(target);
      const headers = { ...asked.headers, host, ...(asked.headers.origin === undefined ? {} : { origin: target }), "accept-encoding": "identity" };
      const rule = this.rules.find(({ path }) => path.test(asked.url ?? ""));
      const passed = request(`${target}${asked.url}`, { method: asked.method ?? "GET", headers }, (got) => {
        const { "content-length": _, ...kept } = got.headers;
        answer.writeHead(got.statusCode ?? 502, rule === undefined ? got.headers : kept);
        if (rule?.change !== undefined) {
          const pieces: Buffer[] = [];
          got.on("data", (piece: Buffer) => pieces.push(piece)).on("end", () => answer.end(rule.change?.(Buffer.concat(pieces))));
        } else if (rule?.after !== undefined) {
          let left = rule.after.bytes;
          got.on("data", (piece: Buffer) => {
            if (left <= 0) return;
            answer.write(piece.subarray(0, left));
            left -= piece.length;
            if (left <= 0) rule.after?.how === "end" ? answer.end() : setImmediate(() => answer.destroy());
          });
        } else got.pipe(answer);
        got.on("error", () => answer.destroy());
        answer.on("close", () => passed.destroy());
      });
      passed.on("error", () => answer.destroy());
      asked.pipe(passed);
    });
  }

  static async before(target: string, ...rules: Rule[]): Promise<Proxy> {
    const proxy = new Proxy(target);
    proxy.rules = rules;
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
