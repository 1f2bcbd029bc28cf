import assert from "node:assert/strict";
import test from "node:test";

import rule from "./rule.js";
import { check, decide, server } from "./sdk/testing.js";

const kept = (value, now) => decide(rule, [server("a", "stop", { tags: [["KeepUntil", value]] })], { now }).a;

test("a server is kept to the minute before the time in its tag", () => {
  assert.equal(kept("2026-11-22T22:00", "2026-11-22 21:59").reason, "kept until 22:00 (tag KeepUntil)");
  assert.equal(kept("2026-11-22T22:00", "2026-11-22 22:00").action, "stop");
});

test("the same is decided again next time", () => {
  assert.equal(kept("2026-11-22T22:00", "2026-11-22 21:00").remember, "running");
});

test("every minute of a year is either before the time or not", () => {
  // Without the rule's own arithmetic: times written in this form are in the order of their text.
  for (let day = 0; day < 366; day += 1) {
    const date = new Date(Date.UTC(2028, 0, 1 + day)).toISOString().slice(0, 10);
    for (const time of ["00:00", "11:59", "12:00", "12:01", "23:59"]) {
      const { action } = kept("2028-06-30T12:00", `${date} ${time}`);
      assert.equal(action, `${date}T${time}` < "2028-06-30T12:00" ? "none" : "stop", `${date} ${time}`);
    }
  }
});

test("whatever a tag says, nothing is thrown and a stop is left or waits", () => {
  for (const value of ["", " ", "2026", "2026-13-01", "2026-11-22T25:00", "2026-11-22T24:00", "22:00", "never", "é".repeat(256), "0000-00-00"]) {
    assert.match(kept(value, "2026-11-22 12:00").action, /^(none|stop)$/, value);
    assert.ok(Array.from(kept(value, "2026-11-22 12:00").reason).length <= 200, value);
  }
});

test("a configuration is taken or refused with a reason", () => {
  check(rule, {});
  check(rule, { orders: "obey" });
  assert.throws(() => check(rule, { order: "obey" }), /there is no `order`; there is `orders`/);
});
