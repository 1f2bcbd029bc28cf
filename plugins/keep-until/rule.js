// Keeps servers running that have the tag `KeepUntil`, until the time in it.
//
// It holds back stops, and nothing else: starts pass, and so does everything once the time is over. A value that is not
// understood is told, and the server is left as it is: whoever wrote it wanted it kept.

import { CalendarDate, DAY, guard, minuteOf, timeOf } from "./sdk/reveille.js";

const TAG = "KeepUntil";

/** The time that a value names, to the minute; a date alone is the end of that day. Null when it names none. */
function timeIn(value) {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2})?)?$/.exec(value.trim());
  if (!parts) return null;
  try {
    return { date: CalendarDate.parse(parts[1]), minute: parts[2] ? minuteOf(parts[2]) : DAY };
  } catch {
    return null;
  }
}

/** Minutes from one time to another, by the clock on the wall. */
const minutesTo = (now, then) => (then.date - now.date) * DAY + then.minute - now.minute;

/** Why the server is not stopped now; undefined when it may be. */
function why(value, now) {
  const until = timeIn(value);
  if (!until) return `left as it is: the tag ${TAG} is \`${value}\`, which is no time; write 2026-11-22T22:00 or 2026-11-22`;
  if (minutesTo(now, until) <= 0) return undefined;
  const today = minutesTo({ date: now.date, minute: 0 }, until) <= DAY;
  return `kept until ${today ? "" : `${until.date} `}${timeOf(until.minute)} (tag ${TAG})`;
}

export default guard({
  name: "keep-until",
  version: "0.1.0",
  summary: "Keeps servers running until the time in their tag `KeepUntil`.",
  tags: [TAG],
  clock: true,
  schema: {
    type: "object",
    additionalProperties: false,
    properties: {
      orders: {
        enum: ["keep", "obey"],
        default: "keep",
        description: "whether a stop that somebody ordered for the schedule (`force_stop`) waits too, or is obeyed",
      },
    },
  },
  guard(request, { orders }) {
    if (request.forced?.want === "stop" && orders === "obey") return;
    // Many servers have the same tag.
    const reasons = new Map();
    for (const server of request.servers) {
      const stops = server.action === "stop" || (server.action === "resize" && server.state === "running");
      const value = stops ? server.tag(TAG) : undefined;
      if (value === undefined) continue;
      if (!reasons.has(value)) reasons.set(value, why(value, request.now));
      const reason = reasons.get(value);
      if (reason) server.wait(reason);
    }
  },
});
