"""Stops servers earlier on one day of the week."""

from reveille import DAY, WEEKDAYS, minute_of, planner


@planner(
    name="my-rule",
    version="0.1.0",
    summary="Stops servers earlier on one day of the week.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "weekday": {"enum": WEEKDAYS, "default": "fri"},
            "from": {"type": "string", "default": "16:00"},
        },
    },
    check=lambda config: minute_of(config["from"]),
)
def rule(day, config, plan):
    if WEEKDAYS[day.date.weekday()] == config["weekday"]:
        plan.paint(minute_of(config["from"]), DAY, "stop", "early day")
