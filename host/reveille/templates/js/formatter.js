// Says how a schedule is in one line. What has no words yet is shown as it comes.

import { formatter } from "./sdk/reveille.js";

export default formatter({
  name: "my-rule",
  version: "0.1.0",
  summary: "Says how a schedule is in one line.",
  format(context, reply) {
    if (reply.tag === "status") {
      const { schedule, counts } = reply.val;
      return { body: `${schedule}: ${counts.running} of ${counts.total} servers run` };
    }
    return { body: JSON.stringify(reply, null, 1).slice(0, 4000) };
  },
});
