/** One question to the log and all that is known of its answer: pages, count, timeline, what came since. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type Api, AskError } from "../api/client.js";
import type { Filters } from "../state/filters.js";
import { asked } from "../state/range.js";
import type { Division } from "../state/view.js";
import { histogramOf, type Shape } from "./histogram.js";
import { Live } from "./live.js";
import { Pages } from "./pages.js";

/** Least time between two looks at what came, in milliseconds. */
const LIVE_MS = 1_000;

/** Statuses that say what is wrong with the question itself; others pass, such as too many questions at once. */
const REFUSED: readonly number[] = [400, 422];

/** Asks, keeps the last answer in sight until the next one is here, and follows what is recorded meanwhile. */
export class Question implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #api: Api;
  #filters!: Filters;
  #division: Division = "severity";

  /** The answer in sight. */
  pages: Pages | undefined;
  shape: Shape | undefined;
  /** Counts up whenever the pages have something new. */
  version = 0;
  /** Whether the answer in sight is the same question's as before, asked again: the reader stays where they are. */
  again = false;
  /** Entries that were recorded since it was asked and are not among its rows. */
  arrived = 0;
  connected = true;
  /** What is wrong with the question, in words. */
  problem = "";
  /** Why there is no answer, where the question is not to blame. */
  failure: AskError | undefined;
  /** When it was asked; ranges count back from here. */
  nowMs = Date.now();

  #next: Pages | undefined;
  /** Places of entries that came while it is being asked: the answer may hold them already. */
  #meanwhile: number[] = [];
  #live: Live | undefined;
  #looked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `follows` says whether what comes is to be shown at once. */
  constructor(
    host: ReactiveControllerHost,
    api: Api,
    private readonly follows: () => boolean,
  ) {
    this.#host = host;
    this.#api = api;
    host.addController(this);
  }

  hostDisconnected(): void {
    for (const open of [this.pages, this.#next, this.#live]) open?.close();
    clearTimeout(this.#timer);
  }

  get asking(): boolean {
    return this.#next !== undefined;
  }

  get count(): number | undefined {
    return this.pages?.count;
  }

  /** The question as the interface takes it. */
  get params(): URLSearchParams {
    return asked(this.#filters, this.nowMs);
  }

  /** Asks something else. */
  ask(api: Api, filters: Filters, division: Division): void {
    [this.#api, this.#filters, this.#division] = [api, filters, division];
    this.#begin(false);
    this.#follow();
  }

  /** Asks the same at this moment. */
  askAgain(): void {
    this.#begin(true);
  }

  /** Whoever asks has another token: what is in sight stays, and goes on being followed. */
  renew(): void {
    this.#live?.renew();
  }

  /** Asks again soon, but not more often than once a second. */
  lookSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(true), Math.max(0, this.#looked + LIVE_MS - Date.now()));
  }

  #begin(again: boolean): void {
    this.#next?.close();
    [this.nowMs, this.arrived, this.#looked] = [Date.now(), 0, Date.now()];
    const pages = new Pages(this.#api, this.params, () => this.#came(pages, again));
    this.#next = pages;
    this.#meanwhile = [];
    void pages.begin();
    void this.#shape();
  }

  #came(pages: Pages, again: boolean): void {
    if (pages === this.#next) {
      this.#next = undefined;
      const failed = pages.failed instanceof AskError ? pages.failed : undefined;
      const asker = failed !== undefined && REFUSED.includes(failed.problem.status);
      this.problem = asker ? failed.message : "";
      this.failure = asker ? undefined : failed;
      if (failed === undefined) {
        this.pages?.close();
        [this.pages, this.again] = [pages, again];
        this.arrived -= this.#meanwhile.filter((leaf) => pages.holds(leaf)).length;
      }
      // The feed refuses what the pages refuse; that is not a server that is gone.
      if (asker) {
        this.#live?.close();
        this.connected = true;
      }
    }
    this.version += 1;
    this.#host.requestUpdate();
  }

  async #shape(): Promise<void> {
    const params = this.params;
    let shape: Shape | undefined;
    try {
      shape = await histogramOf(this.#api, params, this.#division);
    } catch {
      // What is wrong with the question is said beside the search box: the pages asked the same.
    }
    if (params.toString() !== this.params.toString()) return;
    this.shape = shape;
    this.#host.requestUpdate();
  }

  #follow(): void {
    this.#live?.close();
    const feed = new URLSearchParams([...this.params].filter(([name]) => name !== "to"));
    // Opening an entry is recorded as well, but no news to the reader who opened it.
    if (this.#filters.all("channel").length === 0) feed.append("-channel", "pii-read");
    const arrived = (leaf: number): void => {
      // The feed may tell late of what the rows hold.
      if (this.#next === undefined && this.pages?.holds(leaf) === true) return;
      this.arrived += 1;
      if (this.#next !== undefined) this.#meanwhile.push(leaf);
      if (this.follows()) this.lookSoon();
      this.#host.requestUpdate();
    };
    const connected = (on: boolean): void => {
      if (on && !this.connected) this.#begin(true);
      this.connected = on;
      this.#host.requestUpdate();
    };
    this.#live = new Live(this.#api, feed, arrived, connected);
  }
}
