"""What rules in Python stand on: painting days, guarding decisions, reading a configuration.

It needs nothing but the language, so that tests run in any Python as the rule runs in its component.
`reveille rule new` wrote it; change `rule.py`, not this.
"""

import json
import re
from dataclasses import dataclass, field, replace

#: Minutes of a day: 24:00.
DAY = 1440

#: The days of the week as `datetime.date.weekday` counts them.
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

#: Characters that a reason or a note may have; the host refuses more.
_TEXT_LIMIT = 200


class RuleError(Exception):
    """Why a rule has no answer. The text is read by people: say what is wrong, where, and what to do."""

    #: `invalid-config`, `missing-data`, `unsupported` or `failed`.
    tag = "failed"


class InvalidConfig(RuleError):
    """The configuration, or the schedule's own attributes, cannot be used."""

    tag = "invalid-config"


class MissingData(RuleError):
    """Data that the rule cannot do without is not there."""

    tag = "missing-data"


class Unsupported(RuleError):
    """The request asks for something that this rule does not do."""

    tag = "unsupported"


@dataclass
class Span:
    """One stretch of a day, from minute `begin` until before minute `end`; `want` is `run`, `stop` or `hold`."""

    begin: int
    end: int
    want: str
    reason: str
    period: str | None = None
    instance_type: str | None = None


@dataclass
class Plan:
    """What should be on one day: spans, sorted and not overlapping. A minute in no span is stopped."""

    spans: list[Span] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def paint(self, begin, end, want, reason, period=None, instance_type=None):
        """Lays `run`, `stop` or `hold` over what is there."""
        begin, end = max(begin, 0), min(end, DAY)
        if begin >= end:
            return
        self.clear(begin, end)
        self.spans.append(Span(begin, end, want, _shortened(reason), period, instance_type))
        merged = []
        for span in sorted(self.spans, key=lambda span: span.begin):
            # Touching spans that say the same become one.
            if merged and merged[-1].end == span.begin and replace(span, begin=merged[-1].begin, end=merged[-1].end) == merged[-1]:
                merged[-1].end = span.end
            else:
                merged.append(span)
        self.spans = merged

    def paint_day(self, want, reason):
        """Lays one thing over the whole day."""
        self.paint(0, DAY, want, reason)

    def clear(self, begin, end):
        """Takes away what is in a stretch, so that it is stopped without a reason."""
        parts = [
            part
            for span in self.spans
            for part in (replace(span, end=min(span.end, begin)), replace(span, begin=max(span.begin, end)))
        ]
        self.spans = [part for part in parts if part.begin < part.end]

    def note(self, text):
        """Adds a remark about the day, once."""
        text = _shortened(text)
        if text not in self.notes:
            self.notes.append(text)

    def want_at(self, minute):
        """What should be at a minute."""
        return next((span.want for span in self.spans if span.begin <= minute < span.end), "stop")


@dataclass
class Day:
    """The day that is planned: a `datetime.date`, and the schedule with everything that the contract says of it."""

    date: object
    schedule: object
    exceptions: list
    day_before: Plan | None


@dataclass
class Case:
    """A case of a variant of the contract, such as a reply: `status` and what it holds."""

    tag: str
    val: object = None


class Server:
    """A server of a request, with what has been decided about it so far."""

    def __init__(self, server, decision):
        self.__dict__.update(server.__dict__)
        self._decision = decision

    def tag(self, key):
        """The value of a tag that the rule asked for, or None."""
        return next((value for name, value in self.tags if name == key), None)

    def fact(self, name):
        """Whether a fact is true of it, such as `just-started`."""
        return (name, "true") in self.extra

    @property
    def action(self):
        """What would be done: `none`, `start`, `stop` or `resize`."""
        return self._decision.action.tag

    def wait(self, reason):
        """Does nothing now and remembers nothing new, so that the same is decided again next time."""
        decision = self._decision
        decision.action, decision.remember, decision.reason = Case("none"), self.remembered, _shortened(reason)


def planner(**about):
    """Makes `plan(day, config, plan)` a rule that paints days: it changes the plan so far, or returns another.

    `name`, `version` and `summary` say who it is. `config` is what the operator wrote, a dict checked against
    `schema` with its defaults filled in; `check(config)` may raise what the schema cannot say. A rule that names
    `data=["calendar"]` reads it with `data("calendar")`, bytes or None.
    """
    return lambda plan: Rule(plan=plan, **about)


def guard(**about):
    """Makes `guard(request, config)` a rule that looks at decisions before they are carried out, and may let servers
    wait: `for server in request.servers: if server.action == "stop": server.wait("why")`.

    `tags` are those that it wants to see (`server.tag("Owner")`); with `clock=True` it is told `request.now`.
    """
    return lambda guard: Rule(guard=guard, **about)


def formatter(**about):
    """Makes `format(context, reply)` a rule that has the words: it returns the text, or a dict with `body`,
    `connect_color` and `connect_info`."""
    return lambda format: Rule(format=format, **about)


@dataclass
class Rule:
    """A rule with what it says of itself."""

    name: str
    version: str
    summary: str
    schema: dict | None = None
    tags: list = field(default_factory=list)
    data: list = field(default_factory=list)
    clock: bool = False
    check: object = lambda config: None
    plan: object = None
    guard: object = None
    format: object = None

    def __post_init__(self):
        _check_schema(self.schema or {}, "schema")

    def config(self, text):
        """Reads a configuration as the schema says. A rule without a schema takes none."""
        try:
            value = json.loads(text.strip() or "{}")
        except ValueError as error:
            raise InvalidConfig(f"configuration: {error}") from None
        schema = self.schema or {"type": "object", "additionalProperties": False}
        config = _checked(schema, value, "configuration")
        self.check(config)
        return config

    def planned(self, day, config, so_far):
        """The plan of a day."""
        return self.plan(day, self.config(config), so_far) or so_far

    def guarded(self, request):
        """The decisions about the servers of a request."""
        decisions = request.so_far
        if len(decisions) != len(request.servers):
            raise Unsupported("nothing has been decided that could be guarded")
        request.servers = [Server(*pair) for pair in zip(request.servers, decisions)]
        self.guard(request, self.config(request.config))
        return decisions

    def formatted(self, context, reply):
        """The message that a reply becomes."""
        message = self.format(context, reply)
        message = {"body": message} if isinstance(message, str) else message
        return {"connect_color": "#FAC11B", "connect_info": [], **message}


_bound = {}


def data(name):
    """The bytes that an operator bound to a name, or None."""
    bound = _bound.get(name)
    return bound() if callable(bound) else bound


def minute_of(text):
    """The minute of the day that `9:30` or `24:00` is."""
    parts = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", text)
    minute = int(parts[1]) * 60 + int(parts[2]) if parts else DAY + 1
    if minute > DAY:
        raise InvalidConfig(f"`{text}` is not a time; write it as 09:30")
    return minute


def time_of(minute):
    """A minute of the day as `09:30`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _shortened(text):
    return text if len(text) <= _TEXT_LIMIT else text[: _TEXT_LIMIT - 1] + "…"


_TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
}

_KEYWORDS = {
    *("$schema", "title", "description", "examples", "default", "type", "enum", "pattern", "minimum", "maximum"),
    *("minItems", "maxItems", "items", "properties", "required", "additionalProperties"),
}


def _check_schema(schema, place):
    """Refuses a schema that says more than is checked. It is looked at when the component is built."""
    if isinstance(schema, bool):
        return
    for keyword in schema:
        if keyword not in _KEYWORDS or (keyword == "type" and schema["type"] not in _TYPES):
            raise ValueError(f"{place}: `{keyword}` is not checked here; check it in `check(config)`")
    for name, own in schema.get("properties", {}).items():
        _check_schema(own, f"{place}, {name}")
    for name in ("items", "additionalProperties"):
        _check_schema(schema.get(name, True), f"{place}, {name}")


def _checked(schema, value, place):
    def must(holds, what):
        if not holds:
            raise InvalidConfig(f"{place}: {json.dumps(value, ensure_ascii=False)} must be {what}")

    if "type" in schema:
        must(_TYPES[schema["type"]](value), f"of type {schema['type']}")
    if "enum" in schema:
        must(value in schema["enum"], "one of " + ", ".join(map(str, schema["enum"])))
    if "pattern" in schema:
        must(re.search(schema["pattern"], value), schema.get("description", f"like {schema['pattern']}"))
    if "minimum" in schema:
        must(value >= schema["minimum"], f"{schema['minimum']} or more")
    if "maximum" in schema:
        must(value <= schema["maximum"], f"{schema['maximum']} or less")
    if "minItems" in schema:
        must(len(value) >= schema["minItems"], f"{schema['minItems']} or more")
    if "maxItems" in schema:
        must(len(value) <= schema["maxItems"], f"{schema['maxItems']} or fewer")
    if isinstance(value, list) and "items" in schema:
        return [_checked(schema["items"], item, f"{place}, item {number}") for number, item in enumerate(value, 1)]
    if not isinstance(value, dict):
        return value
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    full = {name: own["default"] for name, own in properties.items() if "default" in own}
    for name, item in value.items():
        own = properties.get(name, others)
        if own is False:
            known = ", ".join(f"`{name}`" for name in properties) or "nothing"
            raise InvalidConfig(f"{place}: there is no `{name}`; there is {known}")
        full[name] = item if own is True else _checked(own, item, f"{place}, `{name}`")
    for name in schema.get("required", []):
        if name not in full:
            raise InvalidConfig(f"{place}: `{name}` is missing")
    return full
