import { defineConfig } from "vitest/config";

/** A hung page fails its scenario instead of hanging the run; a loaded machine needs patience. */
const DEADLINE_MS = 60_000;

/** A real browser against the real binary, over the demo's data. */
const browser = {
  globalSetup: "e2e/harness/setup.ts",
  // One browser for all files of a worker; every page has a context of its own.
  isolate: false,
  testTimeout: DEADLINE_MS,
  hookTimeout: DEADLINE_MS,
  expect: { poll: { timeout: DEADLINE_MS / 3, interval: 40 } },
};

// `unit` needs nothing but Node.js; `e2e` is what readers do, `million` over more entries; `screenshots` is what they see.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["tests/**/*.test.ts"] } },
      { test: { name: "e2e", include: ["e2e/**/*.test.ts"], ...browser } },
      { test: { name: "million", include: ["e2e/**/*.million.ts"], ...browser } },
      { test: { name: "screenshots", include: ["e2e/**/*.shots.ts"], ...browser } },
    ],
    // Browser and server are processes of their own: more at once would only wait for one another.
    maxWorkers: 2,
    passWithNoTests: true,
  },
});
