/** Says which tests a run left out: a line for each, of vitest's JSON reports named as arguments. */

import { readFileSync } from "node:fs";

for (const report of process.argv.slice(2)) {
  for (const file of JSON.parse(readFileSync(report, "utf8")).testResults) {
    for (const test of file.assertionResults) {
      if (["skipped", "pending", "todo"].includes(test.status)) {
        console.log(`console, ${file.name.replace(/^.*\/console\//, "")}: ${test.fullName.trim()}`);
      }
    }
  }
}
