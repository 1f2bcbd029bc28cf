// What rules in JavaScript stand on: painting days, guarding decisions, reading a configuration. It needs nothing but
// the language, so that tests run in Node as the rule runs in its component. `reveille rule new` wrote it; change
// `rule.js`, not this.

/** Minutes of a day: 24:00. */
export const DAY = 1440;

/** Characters that a reason or a note may have; the host refuses more. */
const TEXT_LIMIT = 200;

/** Why a rule has no answer. The text is read by people: say what is wrong, where, and what to do. */
export class RuleError extends Error {
  /** @param {"invalid-config" | "missing-data" | "unsupported" | "failed"} tag */
  constructor(tag, message) {
    super(message);
    this.tag = tag;
  }
}

/** The configuration, or the schedule's own attributes, cannot be used. */
export const invalidConfig = (message) => new RuleError("invalid-config", message);
/** Data that the rule cannot do without is not there. */
export const missingData = (message) => new RuleError("missing-data", message);
/** The request asks for something that this rule does not do. */
export const unsupported = (message) => new RuleError("unsupported", message);

/**
 * A rule that paints days. `plan(day, config, plan, data)` changes the plan so far, or returns another one.
 *
 * `day` has the `date`, the `schedule`, the `exceptions` and `dayBefore`. `config` is what the operator wrote, checked
 * against `schema` with its defaults filled in. `data` is for rules that name some in `data: ["calendar"]`:
 * `data.read("calendar")` is a Uint8Array, or undefined. `check(config)` may throw what the schema cannot say.
 */
export function planner({ plan, ...about }) {
  return { ...described(about), plan };
}

/**
 * A rule that looks at decisions before they are carried out. `guard(request, config, data)` may let servers wait:
 * `for (const server of request.servers) if (server.action === "stop") server.wait("why")`.
 *
 * `tags` are the tags that it wants to see (`server.tag("Owner")`); with `clock: true` it is told `request.now`.
 */
export function guard({ guard, ...about }) {
  return { ...described(about), guard };
}

/** A rule that has the words. `format(context, reply)` returns `{ body, connectColor, connectInfo }`. */
export function formatter({ format, ...about }) {
  return { ...described(about), format };
}

function described({ name, version, summary, schema, tags = [], data = [], clock = false, check = () => {}, ...more }) {
  const unknown = Object.keys(more);
  if (unknown.length > 0) throw new Error(`a rule has no \`${unknown[0]}\``);
  if (schema) checkSchema(schema, "schema");
  return { name, version, summary, schema, needs: { tags, data, clock }, check };
}

/** A date of the calendar. `a < b` and `b - a` (days) work as one would think. */
export class CalendarDate {
  constructor({ year, month, day }) {
    Object.assign(this, { year, month, day });
  }

  /** Reads `2026-11-22`. */
  static parse(text) {
    const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
    if (parts) {
      const [year, month, day] = parts.slice(1).map(Number);
      const date = new CalendarDate({ year, month, day });
      if (year >= 1 && date.plusDays(0).toString() === text) return date;
    }
    throw invalidConfig(`\`${text}\` is not a date; write it as 2026-09-24`);
  }

  /** Days since 1970-01-01. */
  valueOf() {
    // By way of a setter: `Date.UTC` takes years under 100 for others.
    return new Date(0).setUTCFullYear(this.year, this.month - 1, this.day) / 86_400_000;
  }

  /** `mon` to `sun`. */
  get weekday() {
    return WEEKDAYS[(((this.valueOf() + 3) % 7) + 7) % 7];
  }

  /** The date so many days later, or earlier. */
  plusDays(days) {
    const date = new Date((this.valueOf() + days) * 86_400_000);
    return new CalendarDate({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
  }

  toString() {
    const digits = (number, length) => String(number).padStart(length, "0");
    return `${digits(this.year, 4)}-${digits(this.month, 2)}-${digits(this.day, 2)}`;
  }
}

/** The days of the week, Monday first. */
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** The minute of the day that `9:30` or `24:00` is. */
export function minuteOf(text) {
  const parts = /^(\d{1,2}):([0-5]\d)$/.exec(text);
  const minute = parts ? Number(parts[1]) * 60 + Number(parts[2]) : Infinity;
  if (minute > DAY) throw invalidConfig(`\`${text}\` is not a time; write it as 09:30`);
  return minute;
}

/** A minute of the day as `09:30`. */
export function timeOf(minute) {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

/** What should be on one day: spans, sorted and not overlapping. A minute in no span is stopped. */
export class Plan {
  constructor({ spans = [], notes = [] } = {}) {
    this.spans = spans.map((span) => ({ ...span }));
    this.notes = [...notes];
  }

  /** Lays `run`, `stop` or `hold` over what is there, from minute `begin` until before minute `end`. */
  paint(begin, end, want, reason, { period = null, instanceType = null } = {}) {
    [begin, end] = [Math.max(begin, 0), Math.min(end, DAY)];
    if (begin >= end) return;
    this.clear(begin, end);
    this.spans.push({ begin, end, want, reason: shortened(reason), period, instanceType });
    this.spans.sort((one, other) => one.begin - other.begin);
    // Touching spans that say the same become one.
    this.spans = this.spans.reduce((spans, span) => {
      const last = spans.at(-1);
      const same = last?.end === span.begin && ["want", "reason", "period", "instanceType"].every((key) => last[key] === span[key]);
      if (same) last.end = span.end;
      else spans.push(span);
      return spans;
    }, []);
  }

  /** Lays one thing over the whole day. */
  paintDay(want, reason) {
    this.paint(0, DAY, want, reason);
  }

  /** Takes away what is in a stretch, so that it is stopped without a reason. */
  clear(begin, end) {
    this.spans = this.spans.flatMap((span) => [
      { ...span, end: Math.min(span.end, begin) },
      { ...span, begin: Math.max(span.begin, end) },
    ]).filter((span) => span.begin < span.end);
  }

  /** Adds a remark about the day, once. */
  note(text) {
    text = shortened(text);
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  /** What should be at a minute. */
  wantAt(minute) {
    return this.spans.find((span) => span.begin <= minute && minute < span.end)?.want ?? "stop";
  }

  /** The stretches `{ begin, end }` in which servers run. Runs that touch are one. */
  runs() {
    const runs = [];
    for (const { begin, end, want } of this.spans) {
      if (want !== "run") continue;
      const last = runs.at(-1);
      if (last?.end === begin) last.end = end;
      else runs.push({ begin, end });
    }
    return runs;
  }
}

/** Where a server has what has been decided about it so far. */
const DECISION = Symbol("decision");

/** A server of a request. There may be 1,000 in a call: what came from the host becomes one, and nothing is copied. */
class Server {
  static of(server, decision) {
    server[DECISION] = decision;
    return Object.setPrototypeOf(server, Server.prototype);
  }

  /** The value of a tag that the rule asked for. */
  tag(key) {
    return this.tags.find(([name]) => name === key)?.[1];
  }

  /** Whether a fact is true of it, such as `just-started`. */
  is(fact) {
    return this.extra.some(([name, value]) => name === fact && value === "true");
  }

  /** What would be done: `none`, `start`, `stop` or `resize`. */
  get action() {
    return this[DECISION].action.tag;
  }

  /** Does nothing now and remembers nothing new, so that the same is decided again next time. */
  wait(reason) {
    const decision = this[DECISION];
    decision.action = { tag: "none" };
    decision.remember = this.remembered;
    decision.reason = shortened(reason);
  }
}

/** A text cut to what the host takes. */
function shortened(text) {
  if (String(text).length <= TEXT_LIMIT) return String(text);
  const characters = Array.from(String(text));
  return characters.length > TEXT_LIMIT ? `${characters.slice(0, TEXT_LIMIT - 1).join("")}…` : String(text);
}

/** What the component exports. Whatever a rule throws is answered as an error of the contract. */
export function boundary(rule, data, log) {
  const read = { read: (name) => data.read(name) ?? undefined, digest: (name) => data.digest(name) ?? undefined };
  const config = (text) => {
    const config = configured(rule.schema, text);
    rule.check(config);
    return config;
  };
  return {
    about: {
      describe: () => ({
        name: rule.name,
        version: rule.version,
        summary: rule.summary,
        needs: rule.needs,
        configSchema: rule.schema ? JSON.stringify(rule.schema) : null,
      }),
      checkConfig: (text) => answered(log, () => void config(text)),
    },
    planner: {
      planDay: (request) => answered(log, () => {
        const date = new CalendarDate(request.date);
        const soFar = new Plan(request.soFar);
        const { schedule, exceptions, dayBefore } = request;
        const day = { date, schedule, exceptions, dayBefore: dayBefore ? new Plan(dayBefore) : undefined };
        return rule.plan(day, config(request.config), soFar, read) ?? soFar;
      }),
      checkSchedule: () => [],
    },
    decider: {
      decide: (request) => answered(log, () => {
        if (request.soFar.length !== request.servers.length) throw unsupported("nothing has been decided that could be guarded");
        const decisions = request.soFar;
        const servers = request.servers.map((server, index) => Server.of(server, decisions[index]));
        const now = request.now ? { date: new CalendarDate(request.now.date), minute: request.now.minute } : undefined;
        rule.guard({ ...request, servers, now }, config(request.config), read);
        return decisions;
      }),
    },
    formatter: {
      format: (context, reply) => answered(log, () => {
        const { body, connectColor = "#FAC11B", connectInfo = [] } = rule.format(context, reply);
        const block = (part) => ({ title: null, description: null, imageUrl: null, ...part });
        return { body, connectColor, connectInfo: connectInfo.map(block) };
      }),
    },
  };
}

function answered(log, answer) {
  try {
    return answer();
  } catch (error) {
    if (error instanceof RuleError) throw { tag: error.tag, val: error.message };
    log.write("error", String(error?.stack ?? error).slice(0, 2000));
    throw { tag: "failed", val: String(error) };
  }
}

/** Reads a configuration as its schema says, with defaults filled in. A rule without a schema takes none. */
function configured(schema = { type: "object", additionalProperties: false }, text = "{}") {
  let value;
  try {
    value = JSON.parse(text.trim() || "{}");
  } catch (error) {
    throw invalidConfig(`configuration: ${error.message}`);
  }
  return checked(schema, value, "configuration");
}

const TYPES = {
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  number: Number.isFinite,
  boolean: (value) => typeof value === "boolean",
};

function checked(schema, value, place) {
  const must = (holds, what) => {
    if (!holds) throw invalidConfig(`${place}: ${JSON.stringify(value)} must be ${what}`);
  };
  if (schema.type) must(TYPES[schema.type](value), `of type ${schema.type}`);
  if (schema.enum) must(schema.enum.includes(value), `one of ${schema.enum.join(", ")}`);
  if (schema.pattern) must(new RegExp(schema.pattern, "u").test(value), schema.description ?? `like ${schema.pattern}`);
  if (schema.minimum !== undefined) must(value >= schema.minimum, `${schema.minimum} or more`);
  if (schema.maximum !== undefined) must(value <= schema.maximum, `${schema.maximum} or less`);
  if (schema.minItems !== undefined) must(value.length >= schema.minItems, `${schema.minItems} or more`);
  if (schema.maxItems !== undefined) must(value.length <= schema.maxItems, `${schema.maxItems} or fewer`);
  if (Array.isArray(value)) return value.map((item, index) => (schema.items ? checked(schema.items, item, `${place}, item ${index + 1}`) : item));
  if (!TYPES.object(value)) return value;
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const full = {};
  for (const [name, own] of Object.entries(properties)) if (own.default !== undefined) full[name] = own.default;
  for (const [name, item] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (own === false) throw invalidConfig(`${place}: there is no \`${name}\`; there is ${Object.keys(properties).map((name) => `\`${name}\``).join(", ") || "nothing"}`);
    full[name] = own === true ? item : checked(own, item, `${place}, \`${name}\``);
  }
  for (const name of required) if (!Object.hasOwn(full, name)) throw invalidConfig(`${place}: \`${name}\` is missing`);
  return full;
}

const KEYWORDS = ["$schema", "title", "description", "examples", "default", "type", "enum", "pattern", "minimum", "maximum",
  "minItems", "maxItems", "items", "properties", "required", "additionalProperties"];

/** Refuses a schema that says more than is checked. It is looked at when the component is built. */
function checkSchema(schema, place) {
  if (typeof schema === "boolean") return;
  const unknown = Object.keys(schema).find((keyword) => !KEYWORDS.includes(keyword));
  if (unknown || (schema.type && !Object.hasOwn(TYPES, schema.type))) throw new Error(`${place}: \`${unknown ?? schema.type}\` is not checked here; check it in \`check(config)\``);
  for (const [name, own] of Object.entries(schema.properties ?? {})) checkSchema(own, `${place}, ${name}`);
  if (schema.items) checkSchema(schema.items, `${place}, items`);
  if (schema.additionalProperties) checkSchema(schema.additionalProperties, `${place}, additionalProperties`);
}
