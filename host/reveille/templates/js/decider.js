// Stops no server that has the tag `Keep`.

import { guard } from "./sdk/reveille.js";

export default guard({
  name: "my-rule",
  version: "0.1.0",
  summary: "Stops no server that has the tag `Keep`.",
  tags: ["Keep"],
  schema: {
    type: "object",
    additionalProperties: false,
    properties: { except: { type: "string", default: "no" } },
  },
  guard(request, { except }) {
    for (const server of request.servers) {
      const keep = server.tag("Keep");
      const kept = keep !== undefined && keep !== except;
      if (kept && server.action === "stop") server.wait(`kept (tag Keep is ${keep})`);
    }
  },
});
