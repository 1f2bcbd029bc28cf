// Asks a rule as the host does, in a test: through the same boundary, with short words for what it is given.

import { boundary, CalendarDate, minuteOf, Plan, RuleError, timeOf } from "./reveille.js";

/** The rule as the host sees it. `data` are texts by name, as an operator would bind them. */
function exported(rule, data = {}) {
  const read = (name) => (Object.hasOwn(data, name) ? new TextEncoder().encode(data[name]) : null);
  return boundary(rule, { read, digest: () => null }, { write() {} });
}

function heard(call) {
  try {
    return call();
  } catch (error) {
    throw error?.tag ? new RuleError(error.tag, error.val) : error;
  }
}

/** Whether the rule takes a configuration; throws when not. */
export function check(rule, config = {}) {
  heard(() => exported(rule).about.checkConfig(JSON.stringify(config)));
}

/** A span from `09:00-18:00 run period office`. */
export function span(line) {
  const [, begin, end, want, reason] = /^(\S+)-(\S+) (run|stop|hold) (.*)$/u.exec(line);
  const period = reason.startsWith("period ") ? reason.slice("period ".length) : null;
  return { begin: minuteOf(begin), end: minuteOf(end), want, reason, period, instanceType: null };
}

/** The spans of a plan as such lines. */
export function lines(plan) {
  return plan.spans.map(({ begin, end, want, reason }) => `${timeOf(begin)}-${timeOf(end)} ${want} ${reason}`);
}

/** The plan of a day; `soFar` are spans as lines. */
export function plan(rule, date, { config = {}, soFar = [], schedule = {}, exceptions = [], data } = {}) {
  const request = {
    date: { ...CalendarDate.parse(date) },
    soFar: { spans: soFar.map(span), notes: [] },
    schedule: { name: "seoul", timezone: "Asia/Seoul", periods: [], overrideStatus: null, holidayCalendar: null, extra: [], ...schedule },
    dayBefore: null,
    exceptions,
    config: JSON.stringify(config),
  };
  return new Plan(heard(() => exported(rule, data).planner.planDay(request)));
}

/** A server of which `action` has been decided. */
export function server(id, action, more = {}) {
  const state = action === "start" ? "stopped" : "running";
  return { id, name: id, kind: "ec2", state, nativeState: state, instanceType: null, group: null, remembered: state, maintenanceNow: false, tags: [], extra: [], action, ...more };
}

/** What becomes of decisions: `{ action, reason, remember }` by the server's id. `now` is as `2026-11-22 21:30`. */
export function decide(rule, servers, { config = {}, now, want = "stop", forced = null, data } = {}) {
  const [date, time] = now?.split(" ") ?? [];
  const request = {
    schedule: "seoul",
    options: { enforced: false, retainRunning: false, stopNewInstances: true, hibernate: false },
    now: now ? { date: { ...CalendarDate.parse(date) }, minute: minuteOf(time) } : null,
    wanted: { want, instanceType: null, period: null, reason: "period office" },
    forced,
    groups: [],
    servers: servers.map(({ action, ...server }) => server),
    soFar: servers.map(({ id, action }) => ({ serverId: id, action: action === "resize" ? { tag: action, val: "t3.large" } : { tag: action }, remember: action === "start" ? "running" : "stopped", reason: "so far" })),
    config: JSON.stringify(config),
  };
  const decisions = heard(() => exported(rule, data).decider.decide(request));
  return Object.fromEntries(decisions.map(({ serverId, action, reason, remember }) => [serverId, { action: action.tag, reason, remember }]));
}

/** The message that a reply becomes. */
export function format(rule, reply, context = {}) {
  return heard(() => exported(rule).formatter.format({ locale: "ko", ...context }, reply));
}
