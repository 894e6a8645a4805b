/** Fetches an export, knows whether it is whole, and saves it. */
import { type Api, AskError } from "../api/client.js";

export type Format = "csv" | "json" | "ndjson";

export const FORMATS: readonly { readonly format: Format; readonly label: string; readonly use: string }[] = [
  { format: "csv", label: "Export CSV", use: "For spreadsheets, with the layout's columns first" },
  { format: "json", label: "Export JSON", use: "For other tools: actors, subjects, full properties" },
  { format: "ndjson", label: "Export NDJSON", use: "The lines themselves, as they are proved" },
];

/** Where a file system access is offered, bytes go there as they come; elsewhere they are gathered up to this many. */
export const GATHERED_BYTES_MAX = 2 ** 30;

/**
 * Saves an export under the name the server gives it, which is returned.
 *
 * `params` are filters, format and layout. `progress` is told the bytes so far. Memory: the whole file, at most
 * {@link GATHERED_BYTES_MAX}.
 *
 * Errors: {@link AskError}; an export that broke off is an error and nothing is saved.
 */
export async function download(api: Api, params: URLSearchParams, format: Format, signal: AbortSignal, progress: (bytes: number) => void): Promise<string> {
  const response = await api.fetch("/v1/export", params, { signal });
  const name = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? `audit-log.${format}`;
  const reader = response.body?.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
      pieces.push(read.value);
      bytes += read.value.length;
      if (bytes > GATHERED_BYTES_MAX) {
        await reader?.cancel();
        throw tooLarge(api.url("/v1/export", params));
      }
      progress(bytes);
    }
  } catch (error) {
    if (signal.aborted || error instanceof AskError) throw error;
    throw brokenOff();
  }
  if (format === "json" && !closes(pieces)) throw brokenOff();
  save(new Blob(pieces, { type: response.headers.get("Content-Type") ?? "application/octet-stream" }), name);
  return name;
}

/** Offers a file to be saved, as a link would. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Whether a JSON export has its closing member: one that was cut off has not. */
function closes(pieces: readonly Uint8Array[]): boolean {
  const last = pieces.slice(-2).flatMap((piece) => [...piece.slice(-64)]);
  return new TextDecoder().decode(new Uint8Array(last)).trimEnd().endsWith('"complete":true}');
}

function brokenOff(): AskError {
  const detail = "The export broke off before its end, so nothing was saved. Try again, or narrow the range of time.";
  return new AskError({ title: "The export broke off", detail, status: 0, code: "broken_off" });
}

function tooLarge(url: string): AskError {
  const detail = `The export is larger than 1 GiB. Narrow the filters, or fetch it outside the browser: curl -OJ '${url}'`;
  return new AskError({ title: "The export is too large for the browser", detail, status: 0, code: "too_large" });
}
