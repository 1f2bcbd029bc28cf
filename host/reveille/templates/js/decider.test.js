import assert from "node:assert/strict";
import test from "node:test";

import rule from "./rule.js";
import { decide, server } from "./sdk/testing.js";

test("a server with the tag is not stopped", () => {
  const decisions = decide(rule, [server("a", "stop", { tags: [["Keep", "yes"]] }), server("b", "stop")]);
  assert.equal(decisions.a.action, "none");
  assert.equal(decisions.a.reason, "kept (tag Keep is yes)");
  assert.equal(decisions.b.action, "stop");
});

test("a server whose tag says no is stopped", () => {
  const decisions = decide(rule, [server("a", "stop", { tags: [["Keep", "no"]] })]);
  assert.equal(decisions.a.action, "stop");
});

test("starts are left as they are", () => {
  const decisions = decide(rule, [server("a", "start", { tags: [["Keep", "yes"]] })]);
  assert.equal(decisions.a.action, "start");
});
