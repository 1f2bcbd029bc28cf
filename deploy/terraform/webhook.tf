locals {
  path     = "/jandi/webhook"
  http_api = var.webhook == "http-api" ? 1 : 0
  url      = var.webhook == "function-url" ? 1 : 0
}

resource "aws_apigatewayv2_api" "webhook" {
  count = local.http_api

  name          = var.name
  description   = "Where JANDI reaches Reveille"
  protocol_type = "HTTP"
  tags          = var.tags
}

resource "aws_apigatewayv2_integration" "webhook" {
  count = local.http_api

  api_id                 = aws_apigatewayv2_api.webhook[0].id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.reveille.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "webhook" {
  count = local.http_api

  api_id    = aws_apigatewayv2_api.webhook[0].id
  route_key = "POST ${local.path}"
  target    = "integrations/${aws_apigatewayv2_integration.webhook[0].id}"
}

resource "aws_apigatewayv2_stage" "webhook" {
  count = local.http_api

  api_id      = aws_apigatewayv2_api.webhook[0].id
  name        = "$default"
  auto_deploy = true
  tags        = var.tags

  default_route_settings {
    throttling_rate_limit  = var.webhook_rate
    throttling_burst_limit = var.webhook_rate * 2
  }
}

resource "aws_lambda_permission" "webhook" {
  count = local.http_api

  statement_id  = "webhook"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.reveille.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.webhook[0].execution_arn}/*/POST${local.path}"
}

resource "aws_lambda_function_url" "webhook" {
  count = local.url

  function_name      = aws_lambda_function.reveille.function_name
  authorization_type = "NONE"

  lifecycle {
    precondition {
      condition     = var.reserved_concurrency >= 2
      error_message = "Nothing but the function's concurrency bounds a function URL: set reserved_concurrency to 2 or more, or webhook to http-api."
    }
  }
}

# Since October 2025 a function URL needs a second permission, restricted to calls through it (Lambda Developer Guide,
# "Control access to Lambda function URLs", read 2026-11-23). The provider knows that restriction from 6.29 on only, and
# without it everyone could invoke the function; CloudFormation knows it.
resource "aws_cloudformation_stack" "webhook" {
  count = local.url

  name = "${var.name}-function-url"
  tags = var.tags

  template_body = jsonencode({
    Resources = {
      Invoke = {
        Type = "AWS::Lambda::Permission"
        Properties = {
          Action                = "lambda:InvokeFunction"
          FunctionName          = aws_lambda_function.reveille.arn
          InvokedViaFunctionUrl = true
          Principal             = "*"
        }
      }
    }
  })
}
