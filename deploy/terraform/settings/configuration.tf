# The configuration as `host/reveille/AWS.md` describes it. Strings and lists of JSON are strings and lists of TOML.

locals {
  own_target = [
    for _ in length(var.regions) == 0 ? [] : [true] : <<-TOML
      [[aws.targets]]
      regions = ${jsonencode(var.regions)}
    TOML
  ]

  other_targets = [
    for spoke in var.spokes : join("", compact([
      "[[aws.targets]]\n",
      "roles = ${jsonencode(spoke.roles)}\n",
      spoke.external_id == null ? "" : "external_id = ${jsonencode(spoke.external_id)}\n",
      "regions = ${jsonencode(spoke.regions)}\n",
    ]))
  ]

  machine_code = [
    for code in var.machine_code == null ? [] : [var.machine_code] : join("", compact([
      "[sandbox]\n",
      "cache = ${jsonencode(code.place)}\n",
      "key = { ssm = ${jsonencode(code.key_parameter)} }\n",
      var.architecture == "arm64" ? "target = \"arm64\"\n" : "",
    ]))
  ]

  configuration = join("", compact(concat(
    [
      "[store]\n",
      "dynamodb = { config_table = ${jsonencode(var.config_table)}, state_table = ${jsonencode(var.state_table)} }\n",
      "[aws]\n",
      "region = ${jsonencode(var.region)}\n",
      "services = ${jsonencode(sort(var.services))}\n",
      var.schedule_tag == null ? "" : "schedule_tag = ${jsonencode(var.schedule_tag)}\n",
      var.group_tag == null ? "" : "group_tag = ${jsonencode(var.group_tag)}\n",
      var.snapshot_on_stop == null ? "" : "snapshot_on_stop = ${jsonencode(var.snapshot_on_stop)}\n",
      var.ssm_windows ? "ssm_windows = true\n" : "",
      "[aws.traces]\n",
      "tags = ${var.traces.tags}\n",
      var.traces.event_bus == null ? "" : "event_bus = ${jsonencode(var.traces.event_bus)}\n",
      var.traces.metrics == null ? "" : "metrics = ${jsonencode(var.traces.metrics)}\n",
    ],
    local.own_target,
    local.other_targets,
    [
      "[jandi]\n",
      "tokens = ${local.tokens}\n",
      "[defaults]\n",
      "timezone = ${jsonencode(var.timezone)}\n",
    ],
    local.machine_code,
    [var.more_configuration],
  )))

  tokens = "[${join(", ", [for name in var.jandi_tokens : "{ ssm = ${jsonencode(name)} }"])}]"
}

output "configuration" {
  description = "The configuration, TOML."
  value       = local.configuration
}
