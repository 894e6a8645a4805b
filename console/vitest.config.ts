import { defineConfig } from "vitest/config";

/** A hung page fails its scenario instead of hanging the run; a loaded machine needs patience. */
const DEADLINE_MS = 60_000;

// Two kinds: `tests` needs nothing but Node.js; `e2e` drives a real browser against the real binary.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["tests/**/*.test.ts"] } },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          globalSetup: "e2e/harness/setup.ts",
          testTimeout: DEADLINE_MS,
          hookTimeout: DEADLINE_MS,
          expect: { poll: { timeout: DEADLINE_MS / 3, interval: 40 } },
        },
      },
    ],
    // Browser and server are processes of their own: more at once would only wait for one another.
    maxWorkers: 2,
    passWithNoTests: true,
  },
});
