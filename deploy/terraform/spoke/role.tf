data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

module "servers" {
  source = "../servers"

  partition         = data.aws_partition.here.partition
  account           = data.aws_caller_identity.here.account_id
  regions           = var.regions
  schedule_tag      = var.schedule_tag
  services          = var.services
  snapshots         = var.snapshots
  ssm_windows       = var.ssm_windows
  traces_in_tags    = var.traces_in_tags
  resizes           = var.resizes
  encrypted_volumes = var.encrypted_volumes
}

resource "aws_iam_role" "spoke" {
  name        = var.name
  description = "Lets Reveille start and stop the servers of this account that carry a schedule"
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      {
        Sid       = "TrustReveille"
        Effect    = "Allow"
        Principal = { AWS = var.home_role }
        Action    = "sts:AssumeRole"
      },
      var.external_id == null ? {} : { Condition = { StringEquals = { "sts:ExternalId" = var.external_id } } },
    )]
  })
}

resource "aws_iam_role_policy" "spoke" {
  name   = "reveille"
  role   = aws_iam_role.spoke.id
  policy = jsonencode({ Version = "2012-10-17", Statement = module.servers.statements })
}

output "role_arn" {
  description = "ARN of the role, for `spokes` of the module of the function."
  value       = aws_iam_role.spoke.arn
}
