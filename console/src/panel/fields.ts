/** Every field of an entry, in words, in the order a reader asks: who, what, to what, how it ended, from where. */
import { html, nothing, type TemplateResult } from "lit";
import type { Entry, Named, Person, Subject } from "../api/types.js";
import { sequence, statusTip } from "../log/columns.js";
import { agentBadge, eventBadge, outcomeBadge, severityBadge, systemBadge } from "../ui/badges.js";
import { visible } from "../ui/text.js";
import { age, localTime, utcTime } from "../ui/time.js";

type Field = readonly [label: string, value: unknown];

/** Later than this after it happened, a record says so, in milliseconds. */
const LATE_MS = 300_000;

const mono = (value: string): TemplateResult => html`<span class="mono">${visible(value)}</span>`;

function optional(label: string, value: unknown): Field[] {
  return value === undefined || value === nothing ? [] : [[label, value]];
}

function text(label: string, value: string | number | undefined): Field[] {
  return value === undefined ? [] : [[label, visible(String(value))]];
}

function named(label: string, value: Named | undefined): Field[] {
  if (value === undefined) return [];
  return [[label, value.name === undefined ? mono(value.id) : html`${visible(value.name)} <span class="muted">${mono(value.id)}</span>`]];
}

function person({ type, id, name, email }: Person): TemplateResult {
  const known = [name, email].filter((part): part is string => part !== undefined);
  const badge = type === "system" ? systemBadge() : type === "agent" ? agentBadge() : type === "user" ? nothing : systemBadge(type);
  return html`${badge} ${known.map((part) => html`${visible(part)} `)}<span class="muted">${mono(id)}</span>`;
}

function subject({ type, id, name }: Subject): TemplateResult {
  return html`${visible(type)} ${name === undefined ? nothing : visible(name)} <span class="muted">${mono(id)}</span>`;
}

function times(entry: Entry, locale: string, nowMs: number): Field[] {
  const at = (time: string): TemplateResult =>
    html`<time datetime=${time}>${localTime(time, locale)}</time> <span class="muted">${age(time, nowMs, locale)}<br />${utcTime(time)}</span>`;
  const late = Date.parse(entry.received) - Date.parse(entry.time) > LATE_MS;
  return [["Performed at", at(entry.time)], ...(late || entry.received < entry.time ? [["Received", at(entry.received)] as const] : [])];
}

/** Fields of an entry: label and what stands beside it. Absent ones are left out. */
export function fieldsOf(entry: Entry, locale: string, nowMs: number): Field[] {
  const { actor, http, client } = entry;
  const place = [client?.location?.city, client?.location?.region, client?.location?.country].filter(Boolean).join(", ");
  const tip = http?.status === undefined ? undefined : statusTip(http.status);
  return [
    ["Actor", person(actor)],
    ...(actor.on_behalf_of === undefined ? [] : ([["On behalf of", person(actor.on_behalf_of)]] as const)),
    ["Action", mono(entry.action)],
    ["Event", eventBadge(entry.event)],
    ...text("Reason", entry.reason),
    ...(entry.resource === undefined ? [] : [...text("Resource type", entry.resource.type), ...text("Resource name", entry.resource.name), ["Resource ID", mono(entry.resource.id)] as const]),
    ...(entry.targets ?? []).map((target): Field => ["Target", subject(target)]),
    ...times(entry, locale, nowMs),
    ...optional("Outcome", outcomeBadge(entry.outcome)),
    ...text("Status", entry.detail),
    ["Severity", severityBadge(entry.severity)],
    ...text("Channel", entry.channel),
    ...named("Organization", entry.organization),
    ...named("Workspace", entry.workspace),
    ...named("Project", entry.project),
    ...text("Method", http?.method),
    ...optional("Request path", http?.path === undefined ? undefined : mono(http.path)),
    ...optional("HTTP status", http?.status === undefined ? undefined : html`${http.status}${tip === undefined ? nothing : html` <span class="muted">– ${tip}</span>`}`),
    ...text("Client IP", client?.ip),
    ...text("Location", place === "" ? undefined : place),
    ...text("Platform", client?.ci),
    ...text("Browser", entry.browser),
    ...text("User agent", client?.user_agent),
    ...optional("Request ID", entry.request_id === undefined ? undefined : mono(entry.request_id)),
    ...optional("Trace ID", entry.trace_id === undefined ? undefined : mono(entry.trace_id)),
    ...optional("Session ID", entry.session_id === undefined ? undefined : mono(entry.session_id)),
    ...optional("Sequence", entry.sequence === undefined ? undefined : sequence(entry.sequence)),
    ...optional("Event ID", entry.event_id === undefined ? undefined : mono(entry.event_id)),
    ...text("Source", entry.source),
    ["ID", mono(entry.id)],
    ["Leaf", String(entry.leaf_index)],
  ];
}
