"""Says how a schedule is in one line. What has no words yet is shown as it comes."""

from reveille import formatter


@formatter(name="my-rule", version="0.1.0", summary="Says how a schedule is in one line.")
def rule(context, reply):
    if reply.tag == "status":
        counts = reply.val.counts
        return f"{reply.val.schedule}: {counts.running} of {counts.total} servers run"
    return repr(reply)[:4000]
