/** "Download evidence": everything that proves an entry, in one zip that is verified without the log. */

import { zipSync } from "fflate";
import { utf8 } from "./bytes.js";
import { explain } from "./explain.js";
import type { Fetched } from "./fetch.js";
import type { Verification } from "./steps.js";

/** A file to download. */
export interface Evidence {
  readonly name: string;
  readonly type: "application/zip";
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Makes the zip. Its files are the bytes that the log gave, unaltered. Nothing is compressed: it is small. */
export function makeEvidence(fetched: Fetched, verification: Verification, made: Date): Evidence {
  const { id, line, disclosures, proof, vkey } = fetched;
  const files: Record<string, Uint8Array> = {
    "entry.json": line,
    ...(disclosures !== undefined && { "disclosures.json": utf8(disclosures) }),
    "entry.tlog-proof": utf8(proof),
    "vkey.txt": utf8(vkey),
    "VERIFY.md": utf8(explain(id, verification, disclosures, made)),
  };
  const bytes = zipSync(files, { level: 0, mtime: made });
  return { name: `evidence-${id}.zip`, type: "application/zip", bytes };
}
