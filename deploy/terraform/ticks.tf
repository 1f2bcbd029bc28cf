resource "aws_cloudwatch_event_rule" "tick" {
  name                = "${var.name}-tick"
  description         = "Has Reveille look at its schedules each minute"
  schedule_expression = "rate(1 minute)"
  state               = var.ticks ? "ENABLED" : "DISABLED"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "tick" {
  rule      = aws_cloudwatch_event_rule.tick.name
  target_id = "reveille"
  arn       = aws_lambda_function.reveille.arn

  # The shortest age that EventBridge knows: what is older has been overtaken.
  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }
}

resource "aws_lambda_permission" "tick" {
  statement_id  = "tick"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.reveille.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.tick.arn
}
