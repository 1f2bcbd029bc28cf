"""Stops no server that has the tag `Keep`."""

from reveille import guard


@guard(
    name="my-rule",
    version="0.1.0",
    summary="Stops no server that has the tag `Keep`.",
    tags=["Keep"],
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {"except": {"type": "string", "default": "no"}},
    },
)
def rule(request, config):
    for server in request.servers:
        keep = server.tag("Keep")
        if server.action == "stop" and keep not in (None, config["except"]):
            server.wait(f"kept (tag Keep is {keep})")
