/** A checkpoint's note, taken apart to be shown. Nothing is checked here. Source: C2SP tlog-checkpoint, signed-note. */

export interface NoteSignature {
  readonly name: string;
  /** Which of the keys of that name: 8 hexadecimal digits, as in the key's own text. */
  readonly keyId: string;
}

export interface Note {
  /** The log's name. */
  readonly origin: string;
  /** How many entries it covers. */
  readonly size: number;
  /** Base64 of the root of the tree of these entries. */
  readonly root: string;
  readonly signatures: readonly NoteSignature[];
}

/** The parts of a note; undefined for what is none. */
export function readNote(note: string): Note | undefined {
  const end = note.lastIndexOf("\n\n");
  if (end < 0) return undefined;
  const [origin, size, root] = note.slice(0, end).split("\n");
  if (!origin || !/^\d{1,15}$/.test(size ?? "") || !root) return undefined;
  const signatures = [...note.slice(end).matchAll(/^— (\S+) (\S+)$/gm)].map(([, name = "", base64 = ""]) => ({ name, keyId: keyIdOf(base64) }));
  return { origin, size: Number(size), root, signatures };
}

/** A signature's first four bytes name its key. */
function keyIdOf(base64: string): string {
  try {
    return [...atob(base64).slice(0, 4)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  } catch {
    return "";
  }
}
