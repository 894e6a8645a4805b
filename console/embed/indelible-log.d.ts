/** The element `<indelible-log>`; importing this module defines it. */
export declare class IndelibleLog extends HTMLElement {
  /** Origin of the log's server, such as `https://audit.example`; empty for the page's own. */
  base: string;
  /** The same, by its earlier name. */
  endpoint: string;
  /** A viewer's token, sent as bearer token; empty for none. Set another one whenever `indelible-log-token` asks for it. */
  token: string;
  /** `records`, `platform`, `events` or `access`. */
  layout: string;
  /** Filters as in the interface's URLs, such as `channel=auth&outcome=failure`. */
  filters: string;
  /** BCP 47; the reader's where absent. */
  locale: string;
}

/** Why another token is needed: the one in use ends soon, or the log did not take it. */
export type TokenEvent = CustomEvent<{ readonly reason: "expiring" | "refused" }>;

declare global {
  interface HTMLElementEventMap {
    "indelible-log-token": TokenEvent;
  }

  interface HTMLElementTagNameMap {
    "indelible-log": IndelibleLog;
  }
}
