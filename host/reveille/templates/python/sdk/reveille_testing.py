"""Asks a rule as the host does, in a test, with short words for what it is given."""

import datetime
import json
import re
from types import SimpleNamespace

import reveille
from reveille import Case, Day, Plan, Span, minute_of, time_of


def check(rule, **config):
    """Whether the rule takes a configuration; raises when not."""
    rule.config(json.dumps(config))


def span(line):
    """A span from `09:00-18:00 run period office`."""
    begin, end, want, reason = re.fullmatch(r"(\S+)-(\S+) (run|stop|hold) (.*)", line).groups()
    period = reason.removeprefix("period ") if reason.startswith("period ") else None
    return Span(minute_of(begin), minute_of(end), want, reason, period)


def lines(plan):
    """The spans of a plan as such lines."""
    return [f"{time_of(span.begin)}-{time_of(span.end)} {span.want} {span.reason}" for span in plan.spans]


def plan(rule, date, so_far=(), data=None, schedule=None, **config):
    """The plan of a day; `so_far` are spans as lines, `data` texts by name."""
    schedule = schedule or SimpleNamespace(name="seoul", timezone="Asia/Seoul", periods=[], holiday_calendar=None, extra=[])
    reveille._bound = {name: text.encode() for name, text in (data or {}).items()}
    day = Day(datetime.date.fromisoformat(date), schedule, [], None)
    return rule.planned(day, json.dumps(config), Plan([span(line) for line in so_far]))


def server(id, action, **more):
    """A server of which `action` has been decided."""
    state = "stopped" if action == "start" else "running"
    fields = {"name": id, "kind": "ec2", "state": state, "native_state": state, "instance_type": None, "group": None}
    fields |= {"remembered": state, "maintenance_now": False, "tags": [], "extra": []}
    return SimpleNamespace(id=id, decided=Case(action), **(fields | more))


def decide(rule, servers, now=None, want="stop", **config):
    """What becomes of decisions: `(action, reason)` by the server's id. `now` is as `2026-11-22 21:30`."""
    if now:
        date, time = now.split(" ")
        now = SimpleNamespace(date=datetime.date.fromisoformat(date), minute=minute_of(time))
    remember = {"start": "running", "stop": "stopped"}
    so_far = [
        SimpleNamespace(server_id=s.id, action=s.decided, remember=remember.get(s.decided.tag, s.remembered), reason="so far")
        for s in servers
    ]
    wanted = SimpleNamespace(want=want, instance_type=None, period=None, reason="period office")
    request = SimpleNamespace(
        schedule="seoul", now=now, wanted=wanted, forced=None, groups=[], servers=servers, so_far=so_far, config=json.dumps(config)
    )
    return {decision.server_id: (decision.action.tag, decision.reason) for decision in rule.guarded(request)}


def format(rule, tag, **val):
    """The text that a reply becomes."""
    context = SimpleNamespace(locale="ko", keyword="서버", timezone="Asia/Seoul", schedule=None)
    return rule.formatted(context, Case(tag, SimpleNamespace(**val)))["body"]
