resource "aws_iam_role" "function" {
  name = var.name
  tags = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name   = "reveille"
  role   = aws_iam_role.function.id
  policy = module.settings.policy
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "reveille" {
  function_name = var.name
  description   = "Wakes servers in the morning and puts them to bed at night"
  role          = aws_iam_role.function.arn

  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture]

  filename          = var.zip
  source_code_hash  = var.zip == null ? null : filebase64sha256(var.zip)
  s3_bucket         = try(var.zip_in_s3.bucket, null)
  s3_key            = try(var.zip_in_s3.key, null)
  s3_object_version = try(var.zip_in_s3.version, null)

  memory_size                    = var.memory
  timeout                        = var.timeout
  reserved_concurrent_executions = var.reserved_concurrency
  tags                           = var.tags

  environment {
    variables = {
      REVEILLE_CONFIG_TOML = module.settings.configuration
    }
  }

  # No traces are sent to X-Ray.
  tracing_config {
    mode = "PassThrough"
  }

  lifecycle {
    precondition {
      condition     = (var.zip == null) != (var.zip_in_s3 == null)
      error_message = "Give one of zip and zip_in_s3."
    }
    precondition {
      # Lambda Developer Guide, "Lambda quotas": 4 KB for all variables together, their names included.
      condition     = length(base64encode(module.settings.configuration)) * 3 / 4 <= 4000
      error_message = "The configuration is longer than the 4 KB that the environment of a Lambda holds: name many roles in one entry of spokes, and put rules into the store with `reveille rule add` instead of more_configuration."
    }
  }

  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function]
}

# What was missed is done by the next minute's tick; a tick that comes late would only be in its way.
resource "aws_lambda_function_event_invoke_config" "reveille" {
  function_name                = aws_lambda_function.reveille.function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}
