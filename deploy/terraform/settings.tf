data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  partition    = data.aws_partition.here.partition
  account      = data.aws_caller_identity.here.account_id
  region       = data.aws_region.here.name
  config_table = coalesce(var.config_table, "${var.name}-config")
  state_table  = coalesce(var.state_table, "${var.name}-state")
}

module "settings" {
  source = "./settings"

  name               = var.name
  partition          = local.partition
  account            = local.account
  region             = local.region
  config_table       = local.config_table
  state_table        = local.state_table
  regions            = var.regions == null ? [local.region] : var.regions
  spokes             = var.spokes
  schedule_tag       = var.schedule_tag
  group_tag          = var.group_tag
  services           = var.services
  snapshot_on_stop   = var.snapshot_on_stop
  ssm_windows        = var.ssm_windows
  traces             = var.traces
  resizes            = var.resizes
  encrypted_volumes  = var.encrypted_volumes
  timezone           = var.timezone
  jandi_tokens       = var.jandi_tokens
  parameters         = var.parameters
  machine_code       = var.machine_code
  architecture       = var.architecture
  secrets            = var.secrets
  objects            = var.objects
  more_configuration = var.more_configuration
}
