/** Every column a table can have: what it is called, how wide it begins, what stands in its cells. */
import { html, nothing, type TemplateResult } from "lit";
import type { Actor, Entry, Named, Sequence, Subject } from "../api/types.js";
import { agentBadge, eventBadge, outcomeBadge, outcomeMark, severityBadge, systemBadge } from "../ui/badges.js";
import { visible } from "../ui/text.js";
import { age, dashed, localTime, utcSeconds, utcTime } from "../ui/time.js";

/** What a cell needs beside its entry. */
export interface CellContext {
  readonly locale: string;
  readonly nowMs: number;
}

export type Cell = unknown;

export interface Column {
  readonly name: string;
  readonly label: string;
  /** Pixels a table begins with. */
  readonly width: number;
  readonly cell: (entry: Entry, context: CellContext) => Cell;
}

const NONE = html`<span class="muted">—</span>`;

function text(value: string | number | undefined): Cell {
  return value === undefined || value === "" ? NONE : visible(String(value));
}

function time(of: (time: string, context: CellContext) => Cell): Column["cell"] {
  return (entry, context) => html`<time datetime=${entry.time} title=${utcTime(entry.time)}>${of(entry.time, context)}</time>`;
}

function named(value: Named | undefined): Cell {
  return text(value?.name ?? value?.id);
}

/** `Hardware #142`. */
export function subject(value: Subject | undefined): Cell {
  if (value === undefined) return NONE;
  const type = value.type.charAt(0).toUpperCase() + value.type.slice(1).replaceAll("_", " ");
  return html`${visible(type)} <span class="mono">#${visible(value.name ?? value.id)}</span>`;
}

function isMachine(actor: Actor): boolean {
  return actor.type === "system" || actor.type === "token";
}

/** `door #12`. */
export function sequence(value: Sequence | undefined): Cell {
  return value === undefined ? NONE : html`${visible(value.stream)} <span class="mono">#${value.n}</span>`;
}

function actor({ actor }: Entry): Cell {
  const name = actor.name ?? actor.id;
  if (actor.type === "system") {
    return html`${systemBadge()} ${actor.id === "system" && actor.name === undefined ? nothing : visible(name)}`;
  }
  return html`${actor.type === "agent" ? html`${agentBadge()} ` : nothing}${visible(name)}${actor.email === undefined || actor.email === name ? nothing : html` <span class="muted">${visible(actor.email)}</span>`}`;
}

function agent({ actor, browser, client }: Entry): Cell {
  // The connection of an agent is that of whom it acts for.
  const by = isMachine(actor) ? "Automated" : actor.type === "agent" ? behalf(actor) : (browser ?? client?.user_agent);
  const name = isMachine(actor) ? actor.id : (actor.name ?? actor.id);
  return html`${visible(name)}${by === undefined ? nothing : html` <span class="muted">${visible(by)}</span>`}`;
}

function behalf({ on_behalf_of: principal }: Actor): string {
  return principal === undefined ? "Agent" : `Agent for ${principal.name ?? principal.id}`;
}

function location({ client, actor }: Entry): Cell {
  const place = client?.location;
  const where = (isMachine(actor) || actor.type === "agent") && client?.ci !== undefined ? client.ci : [place?.city, place?.region, place?.country].filter(Boolean).join(", ");
  const parts = [where, client?.ip].filter(Boolean).join(" · ");
  return parts === "" ? html`<span class="muted">Unknown</span>` : visible(parts);
}

function status({ http }: Entry): Cell {
  if (http?.status === undefined) return NONE;
  const tip = statusTip(http.status);
  return html`<span title=${tip ?? nothing}>${http.status}${tip === undefined ? nothing : html` <span class="muted" aria-hidden="true">ⓘ</span>`}</span>`;
}

/** What a 4xx or 5xx says about an action. */
export function statusTip(status: number): string | undefined {
  if (status >= 400 && status < 500) return "A failed or unauthorised attempt";
  return status >= 500 ? "An error on the platform's side" : undefined;
}

function column(name: string, label: string, width: number, cell: Column["cell"]): Column {
  return { name, label, width, cell };
}

const ALL: readonly Column[] = [
  column("when", "When", 285, time((at, { nowMs, locale }) => html`${utcSeconds(at)} <span class="muted">${age(at, nowMs, locale)}</span>`)),
  column("performed_at", "Performed at", 200, time((at, { locale }) => localTime(at, locale))),
  column("timestamp", "Timestamp", 200, time((at, { locale }) => localTime(at, locale))),
  column("creation_date", "Creation date", 165, time((at) => html`<span class="mono">${dashed(at)}</span>`)),
  column("description", "Description", 380, (entry) => visible(entry.description)),
  column("action_text", "Action", 380, (entry) => visible(entry.description)),
  column("action", "Action", 220, (entry) => html`<span class="mono">${visible(entry.action)}</span>`),
  column("type", "Type", 220, (entry) => html`<span class="mono">${visible(entry.action)}</span>`),
  column("subject", "Subject", 230, (entry) => subject(entry.resource)),
  column("resource", "Resource", 230, (entry) => subject(entry.resource)),
  column("resource_type", "Resource type", 150, (entry) => text(entry.resource?.type)),
  column("resource_name", "Resource name", 230, (entry) => named(entry.resource)),
  column("target", "Target", 220, (entry) => html`<span class="mono">${text(entry.resource?.id)}</span>`),
  column("actor", "Actor", 250, actor),
  column("actor_agent", "Actor", 250, agent),
  column("user_name", "User name", 190, (entry) => named(entry.actor)),
  column("principal", "Principal", 190, (entry) => html`<span class="mono">${text(entry.actor.id)}</span>`),
  column("event", "Event", 110, (entry) => eventBadge(entry.event)),
  column("outcome", "Status", 100, (entry) => outcomeBadge(entry.outcome)),
  column("outcome_mark", "Status", 75, (entry) => outcomeMark(entry.outcome)),
  column("detail", "Status", 180, (entry) => text(entry.detail)),
  column("severity", "Severity", 100, (entry) => severityBadge(entry.severity)),
  column("channel", "Channel", 120, (entry) => text(entry.channel)),
  column("location", "Location", 260, location),
  column("ip", "Client IP", 130, (entry) => text(entry.client?.ip)),
  column("organization_id", "Organization ID", 160, (entry) => text(entry.organization?.id)),
  column("organization_name", "Organization name", 160, (entry) => text(entry.organization?.name)),
  column("workspace_id", "Workspace ID", 160, (entry) => text(entry.workspace?.id)),
  column("workspace_name", "Workspace name", 160, (entry) => text(entry.workspace?.name)),
  column("project", "Project", 160, (entry) => named(entry.project)),
  column("http_method", "Method", 80, (entry) => text(entry.http?.method)),
  column("http_path", "Request path", 260, (entry) => html`<span class="mono">${text(entry.http?.path)}</span>`),
  column("http_status", "HTTP status", 95, status),
  column("source", "Source", 140, (entry) => text(entry.source)),
  column("request_id", "Request ID", 220, (entry) => html`<span class="mono">${text(entry.request_id)}</span>`),
  column("reason", "Reason", 260, (entry) => text(entry.reason)),
  column("session_id", "Session ID", 220, (entry) => html`<span class="mono">${text(entry.session_id)}</span>`),
  column("sequence", "Sequence", 160, (entry) => sequence(entry.sequence)),
  column("received", "Received", 200, (entry, { locale }) => html`<time datetime=${entry.received} title=${utcTime(entry.received)}>${localTime(entry.received, locale)}</time>`),
  column("leaf_index", "Leaf", 90, (entry) => String(entry.leaf_index)),
  column("id", "ID", 290, (entry) => html`<span class="mono">${entry.id}</span>`),
];

/** Every column, by name, in the order the chooser lists them. */
export const COLUMNS: ReadonlyMap<string, Column> = new Map(ALL.map((known) => [known.name, known]));

/** The cell's content as it stands in the row. */
export function cellOf(name: string, entry: Entry, context: CellContext): TemplateResult {
  return html`${COLUMNS.get(name)?.cell(entry, context) ?? nothing}`;
}
