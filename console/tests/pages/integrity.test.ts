import { expect, test } from "vitest";
import { doneOf } from "../../src/pages/integrity/last-verified.js";
import { commandsOf, shellWord } from "../../src/pages/integrity/outside.js";

test("the part that is done stays between nothing and all", () => {
  expect(doneOf({ entries_done: 0, entries: 0 })).toBe(0);
  expect(doneOf({ entries_done: 5, entries: 10 })).toBe(0.5);
  expect(doneOf({ entries_done: 11, entries: 10 })).toBe(1);
});

test("what is copied into a shell is one word there", () => {
  expect(shellWord("http://127.0.0.1:7117")).toBe("http://127.0.0.1:7117");
  expect(shellWord("log/1234+abcd1234+AV/x=")).toBe("log/1234+abcd1234+AV/x=");
  expect(shellWord("it's; rm -r $HOME")).toBe("'it'\\''s; rm -r $HOME'");
});

test("the commands carry the key where it is known", () => {
  expect(commandsOf("https://log.example", undefined).map(({ command }) => command).join(" ")).not.toContain("--key");
  expect(commandsOf("https://log.example", "log+00000000+AQ==")[0]?.command).toBe("indelible verify --url https://log.example --key log+00000000+AQ==");
});
