"""Where the host calls: `rule.py` as a component of the contract in `wit/`."""

import datetime
import json
import re
import sys
import traceback
from enum import Enum
from types import SimpleNamespace

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import data, log, types

import reveille
import rule as own
from reveille import Case, Day, Plan, Rule, RuleError, Span

RULE = next(value for value in vars(own).values() if isinstance(value, Rule))

reveille._bound.update({name: (lambda name=name: data.read(name)) for name in RULE.data})


class Lines:
    """What is printed goes to the rule's log, a line at a time."""

    def __init__(self, level):
        self.level, self.begun = level, ""

    def write(self, text):
        *lines, self.begun = (self.begun + text).split("\n")
        for line in lines:
            log.write(self.level, line)
        return len(text)

    def flush(self):
        pass


def kebab(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", "-", name).lower().strip("-")


_NAMES = {}


def named(name):
    """The name that a class of the bindings has in the contract."""
    if name not in _NAMES:
        _NAMES[name] = kebab(name)
    return _NAMES[name]


def plain(value):
    """A value of the contract in plain words: text for an enum, `Case` for a variant, a date for a date."""
    if value is None or isinstance(value, (str, int, bytes)):
        return value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, Enum):
        return named(value.name)
    if isinstance(value, types.Date):
        return datetime.date(value.year, value.month, value.day)
    kind = type(value).__name__
    if "_" in kind:
        return Case(named(kind.split("_", 1)[1]), plain(getattr(value, "value", None)))
    return SimpleNamespace(**{name: plain(item) for name, item in value.__dict__.items()})


def plan_of(given):
    spans = [Span(s.begin, s.end, named(s.want.name), s.reason, s.period, s.instance_type) for s in given.spans]
    return Plan(spans, list(given.notes))


WANTS = {"run": types.Want.RUN, "stop": types.Want.STOP, "hold": types.Want.HOLD}


def span_of(span):
    if span.want not in WANTS:
        raise ValueError(f"`{span.want}` is none of run, stop, hold")
    return types.Span(span.begin, span.end, WANTS[span.want], span.instance_type, span.period, span.reason)


def answered(answer):
    """Whatever a rule raises is answered as an error of the contract."""
    sys.stdout, sys.stderr = Lines(log.Level.INFO), Lines(log.Level.ERROR)
    try:
        return answer()
    except RuleError as error:
        tag, text = error.tag, str(error)
    except Exception as error:
        log.write(log.Level.ERROR, traceback.format_exc()[-2000:])
        tag, text = "failed", f"{type(error).__name__}: {error}"
    cases = {
        "invalid-config": types.RuleError_InvalidConfig,
        "missing-data": types.RuleError_MissingData,
        "unsupported": types.RuleError_Unsupported,
        "failed": types.RuleError_Failed,
    }
    raise Err(cases[tag](text))


class About:
    def describe(self):
        about = exports.about
        needs = about.Needs(RULE.tags, RULE.data, RULE.clock)
        schema = json.dumps(RULE.schema) if RULE.schema else None
        return about.Description(RULE.name, RULE.version, RULE.summary, needs, schema)

    def check_config(self, config):
        answered(lambda: RULE.config(config))


class Planner:
    def plan_day(self, request):
        def answer():
            before = plan_of(request.day_before) if request.day_before else None
            day = Day(plain(request.date), plain(request.schedule), plain(request.exceptions), before)
            plan = RULE.planned(day, request.config, plan_of(request.so_far))
            return types.DayPlan([span_of(span) for span in plan.spans], plan.notes)

        return answered(answer)

    def check_schedule(self, schedule):
        return []


class Decider:
    def decide(self, request):
        def answer():
            decider = exports.decider
            bare = {"none": decider.Action_None_, "start": decider.Action_Start, "stop": decider.Action_Stop}

            def action(case):
                return decider.Action_Resize(case.val) if case.tag == "resize" else bare[case.tag]()

            decisions = RULE.guarded(plain(request))
            return [decider.Decision(d.server_id, action(d.action), d.remember, d.reason) for d in decisions]

        return answered(answer)


class Formatter:
    def format(self, context, reply):
        def answer():
            message = RULE.formatted(plain(context), plain(reply))
            blocks = [
                exports.formatter.Block(block.get("title"), block.get("description"), block.get("image_url"))
                for block in message["connect_info"]
            ]
            return exports.formatter.Message(message["body"], message["connect_color"], blocks)

        return answered(answer)
