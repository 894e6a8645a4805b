/**
 * A product's back end, as small as one can be, with an audit log in one of its pages: Node.js and nothing else.
 *
 * It keeps the token of a program, and mints a token of some minutes for each of its own customers' browsers. That one shows
 * the entries of the customer's organization, to this page's origin alone, and nothing of the program's token leaves here.
 */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";

/** Where the log is, and the token of a program that may mint (role `scope-admin`). */
const LOG = (process.env.INDELIBLE_URL ?? "http://127.0.0.1:7117").replace(/\/+$/, "");
const TOKEN = process.env.INDELIBLE_TOKEN ?? "";
/** Where this product is, as its customers' browsers name it. */
const PORT = Number(process.env.PORT ?? 8000);
/** How long a customer's token holds, in seconds: the page renews it while it is open. */
const EXPIRES_IN_S = Number(process.env.EXPIRES_IN ?? 300);

/** Who is signed in to this product. Yours knows by its own session; this one has a single customer. */
function customerOf(_request) {
  return { id: "u-17", name: "Ada Lovelace", organization: process.env.ORGANIZATION ?? "acme" };
}

/** Mints a token with which the customer's browser reads the log. */
async function viewerToken(customer, origin) {
  const answer = await fetch(`${LOG}/v1/viewer-tokens`, {
    method: "POST",
    headers: { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify({
      scope: { organization: customer.organization },
      names: true,
      layouts: ["access", "records"],
      origin,
      expires_in: EXPIRES_IN_S,
      viewer: { id: customer.id, name: customer.name },
    }),
  });
  if (!answer.ok) throw new Error(`the log answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** What a page of this product may load and ask: itself and the log. */
const POLICY = `default-src 'none'; script-src 'self' ${LOG}; connect-src 'self' ${LOG}; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'`;

const FILES = { "/": ["page.html", "text/html; charset=utf-8"], "/page.js": ["page.js", "text/javascript"], "/page.css": ["page.css", "text/css"] };

const server = createServer(async (request, response) => {
  try {
    const origin = `http://127.0.0.1:${server.address().port}`;
    if (request.method === "POST" && request.url === "/audit-token") {
      // A page of another site must not have one made with the customer's cookie.
      if (request.headers.origin !== origin) return response.writeHead(403).end();
      const { token, expires } = await viewerToken(customerOf(request), origin);
      response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
      return response.end(JSON.stringify({ token, expires }));
    }
    const [name, type] = FILES[request.url] ?? [];
    if (request.method !== "GET" || name === undefined) return response.writeHead(404).end();
    const text = await readFile(new URL(name, import.meta.url), "utf8");
    // The page begins with a token; a page that somebody keeps a copy of would begin with one that has ended.
    const token = request.url === "/" ? (await viewerToken(customerOf(request), origin)).token : "";
    response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": POLICY, "Cache-Control": "no-store" });
    return response.end(text.replaceAll("{{LOG}}", LOG).replaceAll("{{TOKEN}}", token));
  } catch (error) {
    process.stderr.write(`${error}\n`);
    return response.writeHead(502).end();
  }
});

server.listen(PORT, "127.0.0.1", () => process.stdout.write(`A product with an audit log: http://127.0.0.1:${server.address().port}\n`));
