/** Everything a page's URL says about the log: what is asked, how it is shown, which entry is open. */
import { Filters } from "./filters.js";

/** What the bars of the timeline are divided by. */
export type Division = "severity" | "outcome";

export interface View {
  readonly filters: Filters;
  /** Name of a layout, built in or one's own. */
  readonly layout: string;
  readonly division: Division;
  /** Id of the entry that is open. */
  readonly entry: string | undefined;
  /** Whether new entries are shown as they come. */
  readonly live: boolean;
}

export const LAYOUT_DEFAULT = "records";

export const VIEW_DEFAULT: View = {
  filters: Filters.none,
  layout: LAYOUT_DEFAULT,
  division: "severity",
  entry: undefined,
  live: false,
};

/** Reads a URL's query. What it does not know it leaves out; what is missing is as in `base`. */
export function readView(params: URLSearchParams, base: View = VIEW_DEFAULT): View {
  return {
    filters: Filters.of(params),
    layout: params.get("layout") ?? base.layout,
    division: params.get("by") === "outcome" ? "outcome" : "severity",
    entry: params.get("entry") ?? undefined,
    live: params.get("live") === "true",
  };
}

/** The query that {@link readView} reads again; what is as usual is left out. */
export function writeView(view: View): URLSearchParams {
  const params = new URLSearchParams(view.filters.pairs.map(([name, value]) => [name, value]));
  if (view.layout !== LAYOUT_DEFAULT) params.set("layout", view.layout);
  if (view.division !== "severity") params.set("by", view.division);
  if (view.live) params.set("live", "true");
  if (view.entry !== undefined) params.set("entry", view.entry);
  return params;
}
