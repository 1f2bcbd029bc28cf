output "webhook_url" {
  description = "What to paste into JANDI's outgoing webhook; null without one."
  value = (
    local.http_api == 1 ? "${aws_apigatewayv2_api.webhook[0].api_endpoint}${local.path}" :
    local.url == 1 ? "${trimsuffix(aws_lambda_function_url.webhook[0].function_url, "/")}${local.path}" :
    null
  )
}

output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.reveille.function_name
}

output "function_arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.reveille.arn
}

output "role_arn" {
  description = "ARN of the function's role, which the roles in other accounts trust."
  value       = aws_iam_role.function.arn
}

output "config_table" {
  description = "Name of the config table."
  value       = local.config_table
}

output "state_table" {
  description = "Name of the state table."
  value       = local.state_table
}

output "log_group" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.function.name
}

output "alarm_topic_arn" {
  description = "ARN of the topic that `alarm_email` is subscribed to; null without it."
  value       = one(aws_sns_topic.alarms[*].arn)
}

output "configuration" {
  description = "The configuration that the function has, for `reveille --config` on an operator's machine."
  value       = module.settings.configuration
}
