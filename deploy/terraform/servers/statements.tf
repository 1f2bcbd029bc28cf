# What may be done to the servers of one account, statement by statement as `reveille iam` prints it; the project's tests
# hold the two equal.

locals {
  ec2     = contains(var.services, "ec2")
  rds     = contains(var.services, "rds")
  regions = sort(distinct(var.regions))
  suffix  = var.partition == "aws-cn" ? ".cn" : ""

  instances = ["arn:${var.partition}:ec2:*:${var.account}:instance/*"]
  databases = [
    "arn:${var.partition}:rds:*:${var.account}:cluster:*",
    "arn:${var.partition}:rds:*:${var.account}:db:*",
  ]

  there = { StringEquals = { "aws:RequestedRegion" = local.regions } }

  # Conditions of one statement must hold all, so each key of a tag has its own.
  keys = var.schedule_tag == null ? ["Schedule", "ScheduleName"] : [var.schedule_tag]
  tagged = [
    for index, key in local.keys : {
      number = index == 0 ? "" : tostring(index + 1)
      has    = { "aws:ResourceTag/${key}" = "false" }
    }
  ]

  # Our own tags and no other: both conditions, since an empty list of keys satisfies the first.
  our_tags = { "ForAllValues:StringEquals" = { "aws:TagKeys" = ["IS-Error", "IS-ErrorMessage", "IS-LastAction"] } }
  some_tag = { "aws:TagKeys" = "false" }

  see = [{
    Sid    = "SeeServers"
    Effect = "Allow"
    Action = concat(
      local.ec2 ? ["ec2:DescribeInstances"] : [],
      local.rds ? ["rds:DescribeDBClusters", "rds:DescribeDBInstances"] : [],
      local.ec2 && var.ssm_windows ? ["ssm:DescribeMaintenanceWindows"] : [],
    )
    Resource  = ["*"]
    Condition = local.there
  }]

  run_instances = [
    for tag in local.tagged : {
      Sid       = "RunInstances${tag.number}"
      Effect    = "Allow"
      Action    = concat(["ec2:StartInstances", "ec2:StopInstances"], var.resizes ? ["ec2:ModifyInstanceAttribute"] : [])
      Resource  = local.instances
      Condition = merge(local.there, { Null = tag.has })
    } if local.ec2
  ]

  run_databases = [
    for tag in local.tagged : {
      Sid    = "RunDatabases${tag.number}"
      Effect = "Allow"
      Action = concat(
        ["rds:StartDBCluster", "rds:StartDBInstance", "rds:StopDBCluster", "rds:StopDBInstance"],
        var.snapshots ? ["rds:CreateDBSnapshot"] : [],
      )
      Resource  = local.databases
      Condition = merge(local.there, { Null = tag.has })
    } if local.rds
  ]

  replace_snapshots = [
    for _ in local.rds && var.snapshots ? [true] : [] : {
      Sid       = "ReplaceSnapshots"
      Effect    = "Allow"
      Action    = ["rds:CreateDBSnapshot", "rds:DeleteDBSnapshot", "rds:StopDBInstance"]
      Resource  = ["arn:${var.partition}:rds:*:${var.account}:snapshot:*-stopped-*"]
      Condition = local.there
    }
  ]

  tag_instances = [
    for tag in local.tagged : {
      Sid       = "TagInstances${tag.number}"
      Effect    = "Allow"
      Action    = ["ec2:CreateTags", "ec2:DeleteTags"]
      Resource  = local.instances
      Condition = merge(local.there, local.our_tags, { Null = merge(tag.has, local.some_tag) })
    } if local.ec2 && var.traces_in_tags
  ]

  tag_databases = [
    for tag in local.tagged : {
      Sid       = "TagDatabases${tag.number}"
      Effect    = "Allow"
      Action    = ["rds:AddTagsToResource", "rds:RemoveTagsFromResource"]
      Resource  = local.databases
      Condition = merge(local.there, local.our_tags, { Null = merge(tag.has, local.some_tag) })
    } if local.rds && var.traces_in_tags
  ]

  start_with_encrypted_volumes = [
    for _ in local.ec2 && var.encrypted_volumes ? [true] : [] : {
      Sid      = "StartWithEncryptedVolumes"
      Effect   = "Allow"
      Action   = ["kms:CreateGrant"]
      Resource = ["arn:${var.partition}:kms:*:${var.account}:key/*"]
      Condition = {
        Bool         = { "kms:GrantIsForAWSResource" = "true" }
        StringEquals = { "kms:ViaService" = [for region in local.regions : "ec2.${region}.amazonaws.com${local.suffix}"] }
      }
    }
  ]
}

output "statements" {
  description = "The statements of a policy."
  value = concat(
    local.see,
    local.run_instances,
    local.run_databases,
    local.replace_snapshots,
    local.tag_instances,
    local.tag_databases,
    local.start_with_encrypted_volumes,
  )
}
