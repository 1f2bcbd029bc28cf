locals {
  told = concat(aws_sns_topic.alarms[*].arn, var.alarm_topics)
}

resource "aws_sns_topic" "alarms" {
  count = var.alarm_email == null ? 0 : 1

  name = "${var.name}-alarms"
  tags = var.tags
}

resource "aws_sns_topic_subscription" "alarms" {
  count = var.alarm_email == null ? 0 : 1

  topic_arn = aws_sns_topic.alarms[0].arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

resource "aws_cloudwatch_metric_alarm" "ticks_missing" {
  alarm_name        = "${var.name}-ticks-missing"
  alarm_description = "The scheduler is not called each minute: servers are neither started nor stopped. Look at the EventBridge rule ${var.name}-tick."

  namespace           = "AWS/Events"
  metric_name         = "Invocations"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.tick.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "LessThanThreshold"
  threshold           = 3
  treat_missing_data  = "breaching"

  actions_enabled = var.ticks
  alarm_actions   = local.told
  ok_actions      = local.told
  tags            = var.tags
}

resource "aws_cloudwatch_metric_alarm" "ticks_failing" {
  alarm_name        = "${var.name}-ticks-failing"
  alarm_description = "Scheduling runs fail: some servers are left as they are. Look at the log /aws/lambda/${var.name}."

  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.reveille.function_name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"

  alarm_actions = local.told
  ok_actions    = local.told
  tags          = var.tags
}

resource "aws_cloudwatch_metric_alarm" "throttled" {
  alarm_name        = "${var.name}-throttled"
  alarm_description = "The function is kept from running: raise reserved_concurrency, or the concurrency of the account."

  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = aws_lambda_function.reveille.function_name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"

  alarm_actions = local.told
  ok_actions    = local.told
  tags          = var.tags
}

resource "aws_cloudwatch_metric_alarm" "webhook_failing" {
  count = var.webhook == "none" ? 0 : 1

  alarm_name        = "${var.name}-webhook-failing"
  alarm_description = "People in chat get no answer. Look at the log /aws/lambda/${var.name}."

  namespace   = local.http_api == 1 ? "AWS/ApiGateway" : "AWS/Lambda"
  metric_name = local.http_api == 1 ? "5xx" : "Url5xxCount"
  dimensions = (local.http_api == 1
    ? { ApiId = aws_apigatewayv2_api.webhook[0].id }
    : { FunctionName = aws_lambda_function.reveille.function_name }
  )
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 2
  treat_missing_data  = "notBreaching"

  alarm_actions = local.told
  ok_actions    = local.told
  tags          = var.tags
}
