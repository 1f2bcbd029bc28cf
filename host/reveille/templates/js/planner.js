// Stops servers earlier on one day of the week.

import { DAY, minuteOf, planner, WEEKDAYS } from "./sdk/reveille.js";

export default planner({
  name: "my-rule",
  version: "0.1.0",
  summary: "Stops servers earlier on one day of the week.",
  schema: {
    type: "object",
    additionalProperties: false,
    properties: {
      weekday: { enum: WEEKDAYS, default: "fri" },
      from: { type: "string", default: "16:00" },
    },
  },
  check: ({ from }) => minuteOf(from),
  plan(day, { weekday, from }, plan) {
    if (day.date.weekday === weekday) plan.paint(minuteOf(from), DAY, "stop", "early day");
  },
});
