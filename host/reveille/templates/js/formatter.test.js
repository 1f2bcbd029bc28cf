import assert from "node:assert/strict";
import test from "node:test";

import rule from "./rule.js";
import { format } from "./sdk/testing.js";

test("a schedule's status is one line", () => {
  const counts = { total: 36, running: 12, moving: 0, stopped: 24, problem: 0 };
  const { body } = format(rule, { tag: "status", val: { schedule: "Development", counts } });
  assert.equal(body, "Development: 12 of 36 servers run");
});

test("what has no words yet is shown as it comes", () => {
  assert.match(format(rule, { tag: "help", val: ["Development"] }).body, /Development/);
});
