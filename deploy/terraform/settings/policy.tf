# The policy of the function's role, statement by statement as `reveille iam --lambda` prints it for the configuration;
# the project's tests hold the two equal.

module "servers" {
  source = "../servers"

  partition         = var.partition
  account           = var.account
  regions           = var.regions
  schedule_tag      = var.schedule_tag
  services          = var.services
  snapshots         = var.snapshot_on_stop != null
  ssm_windows       = var.ssm_windows
  traces_in_tags    = var.traces.tags
  resizes           = var.resizes
  encrypted_volumes = var.encrypted_volumes
}

locals {
  here   = "${var.region}:${var.account}"
  suffix = var.partition == "aws-cn" ? ".cn" : ""
  roles  = sort(distinct(flatten([for spoke in var.spokes : spoke.roles])))
  bus    = var.traces.event_bus == null ? "" : var.traces.event_bus

  # A key may have what stands for any text in a policy.
  objects = sort(distinct([
    for object in var.objects :
    "arn:${var.partition}:s3:::${replace(replace(replace(trimprefix(object, "s3://"), "$", "$${$}"), "*", "$${*}"), "?", "$${?}")}"
  ]))

  use_tables = [
    {
      Sid    = "UseTables"
      Effect = "Allow"
      Action = [
        "dynamodb:BatchWriteItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:DescribeTable",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:UpdateItem",
      ]
      Resource = [
        "arn:${var.partition}:dynamodb:${local.here}:table/${var.config_table}",
        "arn:${var.partition}:dynamodb:${local.here}:table/${var.state_table}",
      ]
    },
    {
      Sid       = "ReadEncryptedTables"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:DescribeKey"]
      Resource  = ["arn:${var.partition}:kms:${local.here}:key/*"]
      Condition = { StringEquals = { "kms:ViaService" = "dynamodb.${var.region}.amazonaws.com${local.suffix}" } }
    },
  ]

  assume_roles = [
    for _ in length(local.roles) == 0 ? [] : [true] : {
      Sid      = "AssumeRoles"
      Effect   = "Allow"
      Action   = "sts:AssumeRole"
      Resource = local.roles
    }
  ]

  send_events = [
    for _ in local.bus == "" ? [] : [true] : {
      Sid      = "SendEvents"
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = startswith(local.bus, "arn:") ? local.bus : "arn:${var.partition}:events:${local.here}:event-bus/${local.bus}"
    }
  ]

  send_figures = [
    for namespace in var.traces.metrics == null ? [] : [var.traces.metrics] : {
      Sid       = "SendFigures"
      Effect    = "Allow"
      Action    = "cloudwatch:PutMetricData"
      Resource  = "*"
      Condition = { StringEquals = { "cloudwatch:namespace" = namespace } }
    }
  ]

  read_rules_and_data = [
    for _ in length(local.objects) == 0 ? [] : [true] : {
      Sid      = "ReadRulesAndData"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = local.objects
    }
  ]

  be_a_function = [
    {
      Sid      = "WriteLog"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "arn:${var.partition}:logs:${local.here}:log-group:/aws/lambda/${var.name}:*"
    },
    {
      Sid    = "InvokeItself"
      Effect = "Allow"
      Action = "lambda:InvokeFunction"
      Resource = [
        "arn:${var.partition}:lambda:${local.here}:function:${var.name}",
        "arn:${var.partition}:lambda:${local.here}:function:${var.name}:*",
      ]
    },
  ]

  read_machine_code = [
    for code in var.machine_code == null ? [] : [var.machine_code] : {
      Sid      = "ReadMachineCode"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "arn:${var.partition}:s3:::${trimprefix(code.place, "s3://")}/*"
    }
  ]

  code_key = var.machine_code == null ? [] : [var.machine_code.key_parameter]
  parameters = [
    for name in sort(distinct(concat(var.jandi_tokens, var.parameters, local.code_key))) :
    "arn:${var.partition}:ssm:${local.here}:parameter/${trimprefix(name, "/")}"
  ]

  # What AWS puts behind the name of a secret is left open.
  secrets = [
    for name in sort(distinct(var.secrets)) : "arn:${var.partition}:secretsmanager:${local.here}:secret:${name}-??????"
  ]

  read_secrets = flatten([
    for kind in [
      { what = "Parameters", call = "ssm:GetParameter", service = "ssm", context = "PARAMETER_ARN", arns = local.parameters },
      { what = "Secrets", call = "secretsmanager:GetSecretValue", service = "secretsmanager", context = "SecretARN", arns = local.secrets },
    ] :
    [
      {
        Sid      = "Read${kind.what}"
        Effect   = "Allow"
        Action   = kind.call
        Resource = kind.arns
      },
      {
        Sid      = "Decrypt${kind.what}"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = ["arn:${var.partition}:kms:${local.here}:key/*"]
        Condition = {
          StringEquals = { "kms:ViaService" = ["${kind.service}.${var.region}.amazonaws.com${local.suffix}"] }
          StringLike   = { "kms:EncryptionContext:${kind.context}" = kind.arns }
        }
      },
    ] if length(kind.arns) > 0
  ])
}

output "policy" {
  description = "The policy of the function's role, JSON."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.use_tables,
      local.assume_roles,
      [for statement in module.servers.statements : statement if length(var.regions) > 0],
      local.send_events,
      local.send_figures,
      local.read_rules_and_data,
      local.be_a_function,
      local.read_machine_code,
      local.read_secrets,
    )
  })
}
