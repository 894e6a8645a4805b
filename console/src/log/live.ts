/** What is recorded while the page is open, from the log's feed. */
import type { Api } from "../api/client.js";

/** Longest wait before a broken feed is opened again, in milliseconds. */
const RETRY_MS_MAX = 15_000;

/** Follows the feed of a question until closed. */
export class Live {
  readonly #api: Api;
  readonly #params: URLSearchParams;
  readonly #arrived: (leaf: number) => void;
  readonly #connected: (on: boolean) => void;
  #source: EventSource | undefined;
  #retryMs = 500;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #after: string | undefined;

  /** `arrived` is told of each entry that matches, by its place in the log, `connected` whether the log can be followed. */
  constructor(api: Api, params: URLSearchParams, arrived: (leaf: number) => void, connected: (on: boolean) => void) {
    this.#api = api;
    this.#params = params;
    this.#arrived = arrived;
    this.#connected = connected;
    this.#open();
  }

  close(): void {
    this.#source?.close();
    clearTimeout(this.#timer);
  }

  #open(): void {
    const params = new URLSearchParams(this.#params);
    params.set("follow", "true");
    // Goes on behind the last entry seen; the first time, at the end.
    if (this.#after === undefined) params.set("last", "0");
    else params.set("after_leaf", this.#after);
    const source = new EventSource(this.#api.url("/v1/feed", params));
    this.#source = source;
    source.onopen = (): void => {
      this.#retryMs = 500;
      this.#connected(true);
    };
    source.onmessage = (event): void => {
      this.#after = event.lastEventId;
      this.#arrived(Number(event.lastEventId));
    };
    source.onerror = (): void => {
      source.close();
      this.#connected(false);
      this.#timer = setTimeout(() => this.#open(), this.#retryMs);
      this.#retryMs = Math.min(RETRY_MS_MAX, this.#retryMs * 2);
    };
  }
}
