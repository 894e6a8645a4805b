/** Layouts: which columns a table has, in which order and how wide. Four are built in; one's own are kept in the browser. */
import { COLUMNS } from "./columns.js";

export interface Shown {
  readonly name: string;
  /** Pixels. */
  readonly width: number;
}

export interface Layout {
  readonly name: string;
  readonly label: string;
  readonly columns: readonly Shown[];
  readonly own: boolean;
}

/** Narrowest and widest a column can be made, in pixels. */
export const COLUMN_WIDTH_MIN = 60;
export const COLUMN_WIDTH_MAX = 900;

/** Own layouts kept at most: a list longer than that helps nobody. */
export const OWN_LAYOUTS_MAX = 50;

function builtIn(name: string, label: string, ...columns: string[]): Layout {
  return { name, label, own: false, columns: columns.map((column) => ({ name: column, width: COLUMNS.get(column)?.width ?? 150 })) };
}

export const BUILT_IN: readonly Layout[] = [
  builtIn("records", "Records", "when", "description", "subject", "actor", "event"),
  builtIn("platform", "Platform", "resource_type", "outcome", "resource_name", "user_name", "performed_at", "action_text"),
  builtIn("events", "Events", "type", "target", "principal", "detail", "organization_id", "organization_name", "workspace_id", "workspace_name", "ip", "creation_date"),
  builtIn("access", "Access", "actor_agent", "action", "resource", "location", "timestamp", "outcome_mark", "severity"),
];

const KEY = "indelible.layouts";

/** One's own layouts; none where the browser keeps nothing or what it kept cannot be read. */
export function ownLayouts(storage: Storage | undefined): Layout[] {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.flatMap(layoutOf).slice(0, OWN_LAYOUTS_MAX) : [];
  } catch {
    return [];
  }
}

/** Keeps a layout, in the place of one of the same name; false where the browser keeps nothing. */
export function keepLayout(storage: Storage | undefined, layout: Layout): boolean {
  return write(storage, [...ownLayouts(storage).filter(({ name }) => name !== layout.name), { ...layout, own: true }]);
}

export function dropLayout(storage: Storage | undefined, name: string): boolean {
  return write(
    storage,
    ownLayouts(storage).filter((layout) => layout.name !== name),
  );
}

/** The layout of that name among those there are, else the first. */
export function findLayout(name: string, layouts: readonly Layout[]): Layout {
  return layouts.find((layout) => layout.name === name) ?? layouts[0] ?? (BUILT_IN[0] as Layout);
}

/** The name under which the interface's CSV knows it, where it does. */
export function exportLayout(layout: Layout): string | undefined {
  return layout.own ? undefined : layout.name;
}

function write(storage: Storage | undefined, layouts: readonly Layout[]): boolean {
  try {
    storage?.setItem(KEY, JSON.stringify(layouts.slice(-OWN_LAYOUTS_MAX)));
    return storage !== undefined;
  } catch {
    return false;
  }
}

function layoutOf(value: unknown): Layout[] {
  const { name, label, columns } = (value ?? {}) as Partial<Layout>;
  if (typeof name !== "string" || typeof label !== "string" || !Array.isArray(columns)) return [];
  const shown = columns.flatMap((column: Partial<Shown>) =>
    typeof column?.name === "string" && COLUMNS.has(column.name) ? [{ name: column.name, width: bounded(Number(column.width)) }] : [],
  );
  return shown.length === 0 ? [] : [{ name, label, columns: shown, own: true }];
}

export function bounded(width: number): number {
  return Number.isFinite(width) ? Math.round(Math.max(COLUMN_WIDTH_MIN, Math.min(COLUMN_WIDTH_MAX, width))) : 150;
}
