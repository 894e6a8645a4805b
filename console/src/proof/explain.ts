/** The text that explains a bundle of evidence to whoever holds it: what to run, what is proved, what is not. */

import type { Verification } from "./steps.js";

/** `VERIFY.md`. */
export function explain(id: string, verification: Verification, disclosures: string | undefined, made: Date): string {
  const { keyName = "unknown", treeSize, leafIndex, digest } = verification;
  const personal = disclosures?.includes('"disclosure":') ?? false;
  return `# Evidence for the entry ${id}

Made ${made.toISOString()} from the log \`${keyName}\`. The browser that made it found: ${finding(verification)}

| file | what it is |
|---|---|
| \`entry.json\` | the entry's line: the exact bytes that the log committed to. Do not reformat it |
${disclosures === undefined ? "" : "| `disclosures.json` | the personal values that left the line, as far as they were shown |\n"}\
| \`entry.tlog-proof\` | leaf ${leafIndex ?? "?"}, its path to the root, and the checkpoint: the signed tree of ${treeSize ?? "?"} entries |
| \`vkey.txt\` | the log's key, **as the log itself gave it** |

## Verify it, without the log and without a network

Unpack all files into one folder, and there:

\`\`\`
indelible verify --line entry.json --proof entry.tlog-proof --key vkey.txt
\`\`\`

It answers "sound" and exits with 0 if the line is in the signed tree; with 1 if line, path or signature were altered; with 2 if
a file is no longer of its form, so that nothing can be checked.

First compare \`vkey.txt\` with the log's key as you know it from elsewhere: its operator's website, a contract, an earlier
bundle. Or give that key instead: \`--key '<the key>'\`. A forger could make a log of their own, with a key of their own.

The line's SHA-256, to compare with \`sha256sum entry.json\`:

\`\`\`
${digest}
\`\`\`
${disclosures === undefined ? "" : aboutDisclosures(personal)}
## What is proved

- When the log signed this checkpoint, it held exactly this line at this place. One altered byte would not verify.
- Whoever holds the log cannot alter or remove the entry later without contradicting this signature.

## What is not proved

- That what the entry says is true. The log proves what it was told and has kept, not what happened.
- When it happened. \`time\` is the sender's claim, and \`received\` the clock of the log's server.
- That nothing is missing: an event that was never sent is in no tree.
- That the log still holds the entry today, or shows everybody the same tree. Ask it to continue this checkpoint, which
  stands behind the first empty line of the proof; every line of the log is downloaded and hashed:

\`\`\`
sed '1,/^$/d' entry.tlog-proof > checkpoint.txt
indelible verify --url https://the.log --since checkpoint.txt --key vkey.txt
\`\`\`

All formats are described in the folder \`spec\` of Indelible's source, so that anybody can write a verifier of their own:
\`entry.md\`, \`tree.md\`, \`checkpoint.md\`, \`proof.md\`, \`disclosure.md\`.
`;
}

function finding(verification: Verification): string {
  if (verification.ok) return "everything holds.";
  const details = verification.steps.filter((step) => !step.ok).map((step) => step.detail);
  return `**it does not hold.** ${details.join(" ")}`;
}

function aboutDisclosures(personal: boolean): string {
  const care = personal ? "**This bundle holds personal values.** Keep and pass it on as such.\n\n" : "";
  return `
## Personal values

${care}The line holds no personal values, only one digest per person (\`personal\`). \`disclosures.json\` gives the values, or digests in
their place. The command above does not look at it. To check it, hash each \`disclosure\` (its text) with SHA-256; the
SHA-256 of a person's hashes, one behind the other, is the person's \`digest\` in the line. \`spec/disclosure.md\` says it byte by byte,
and the source's \`tests/verifier/verify.py\` does it: \`verify.py disclosures entry.json disclosures.json\`.
`;
}
