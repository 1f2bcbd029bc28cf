import assert from "node:assert/strict";
import test from "node:test";

import rule from "./rule.js";
import { check, lines, plan } from "./sdk/testing.js";

const soFar = ["09:00-18:00 run period office"];

test("on Friday servers stop at four", () => {
  const friday = plan(rule, "2026-11-27", { soFar });
  assert.deepEqual(lines(friday), ["09:00-16:00 run period office", "16:00-24:00 stop early day"]);
});

test("other days stay as they are", () => {
  assert.deepEqual(lines(plan(rule, "2026-11-26", { soFar })), soFar);
});

test("a time that is none is refused", () => {
  assert.throws(() => check(rule, { from: "four" }), /`four` is not a time/);
});
