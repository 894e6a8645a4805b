/** The element `<indelible-log>`; importing this module defines it. */
export declare class IndelibleLog extends HTMLElement {
  /** Origin of the log's server, such as `https://audit.example`; empty for the page's own. */
  endpoint: string;
  /** Sent as bearer token; empty for none. */
  token: string;
  /** `records`, `platform`, `events` or `access`. */
  layout: string;
  /** Filters as in the interface's URLs, such as `channel=auth&outcome=failure`. */
  filters: string;
  /** BCP 47; the reader's where absent. */
  locale: string;
}

declare global {
  interface HTMLElementTagNameMap {
    "indelible-log": IndelibleLog;
  }
}
