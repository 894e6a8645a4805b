/** What is recorded while the page is open, from the log's feed. */
import type { Api } from "../api/client.js";

/** Longest wait before a broken feed is opened again, in milliseconds. */
const RETRY_MS_MAX = 15_000;

/** Longest line of a feed that is read, in characters: entries are smaller by far. */
const LINE_CHARS_MAX = 8 * 2 ** 20;

/**
 * Follows the feed of a question until closed. The feed is fetched and not left to the browser's `EventSource`, which can
 * carry no token and would send cookies to the page's own server.
 */
export class Live {
  readonly #api: Api;
  readonly #params: URLSearchParams;
  readonly #arrived: (leaf: number) => void;
  readonly #connected: (on: boolean) => void;
  readonly #closing = new AbortController();
  /** The feed in use. */
  #feed = new AbortController();
  #retryMs = 500;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #after: string | undefined;

  /** `arrived` is told of each entry that matches, by its place in the log, `connected` whether the log can be followed. */
  constructor(api: Api, params: URLSearchParams, arrived: (leaf: number) => void, connected: (on: boolean) => void) {
    this.#api = api;
    this.#params = params;
    this.#arrived = arrived;
    this.#connected = connected;
    void this.#follow(this.#feed);
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  /** Opens the feed anew as whoever asks now, before the one in use ends; that one goes on until the other is there. */
  renew(): void {
    void this.#follow(new AbortController());
  }

  async #follow(feed: AbortController): Promise<void> {
    try {
      await this.#read(feed);
    } catch {
      // A feed that breaks, is refused, or cannot be reached is opened again below.
    }
    if (this.#closing.signal.aborted || feed !== this.#feed) return;
    this.#connected(false);
    this.#timer = setTimeout(() => void this.#follow((this.#feed = new AbortController())), this.#retryMs);
    this.#retryMs = Math.min(RETRY_MS_MAX, this.#retryMs * 2);
  }

  /** Reads one feed to its end. */
  async #read(feed: AbortController): Promise<void> {
    const params = new URLSearchParams(this.#params);
    params.set("follow", "true");
    // Goes on behind the last entry seen; the first time, at the end.
    if (this.#after === undefined) params.set("last", "0");
    else params.set("after_leaf", this.#after);
    const signal = AbortSignal.any([this.#closing.signal, feed.signal]);
    const response = await this.#api.fetch("/v1/feed", params, { signal, headers: { Accept: "text/event-stream" } });
    this.#takeOver(feed);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const events = new Events((place) => this.#came(place));
    for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) events.read(read.value);
  }

  #takeOver(feed: AbortController): void {
    if (feed !== this.#feed) this.#feed.abort();
    this.#feed = feed;
    this.#retryMs = 500;
    this.#connected(true);
  }

  /** The feed before may have told of it already. */
  #came({ id, entry }: Place): void {
    if (this.#after !== undefined && Number(id) <= Number(this.#after)) return;
    this.#after = id;
    if (entry) this.#arrived(Number(id));
  }
}

/** Where the feed stands after an event, and whether the event was an entry: a heartbeat has a place alone. */
interface Place {
  readonly id: string;
  readonly entry: boolean;
}

/** Reads server-sent events as far as the feed uses them. Source: HTML, "Server-sent events". */
class Events {
  readonly #ended: (place: Place) => void;
  #rest = "";
  #id: string | undefined;
  #type = "";
  #data = false;

  constructor(ended: (place: Place) => void) {
    this.#ended = ended;
  }

  read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > LINE_CHARS_MAX) throw new Error("a line of the feed has no end");
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    const [, field = "", value = ""] = /^([a-z]*):? ?([^\r]*)\r?$/.exec(line) ?? [];
    if (field === "id") this.#id = value;
    else if (field === "event") this.#type = value;
    else if (field === "data") this.#data = true;
    if (line !== "" && line !== "\r") return;
    if (this.#id !== undefined) this.#ended({ id: this.#id, entry: this.#data && this.#type === "" });
    [this.#id, this.#type, this.#data] = [undefined, "", false];
  }
}
