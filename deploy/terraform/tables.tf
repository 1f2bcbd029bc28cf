# As `reveille tables create` makes them.

resource "aws_dynamodb_table" "config" {
  count = var.config_table == null ? 1 : 0

  name                        = local.config_table
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "type"
  range_key                   = "name"
  deletion_protection_enabled = var.deletion_protection
  tags                        = var.tags

  attribute {
    name = "type"
    type = "S"
  }

  attribute {
    name = "name"
    type = "S"
  }

  # People write into it what they could not write again.
  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_dynamodb_table" "state" {
  count = var.state_table == null ? 1 : 0

  name         = local.state_table
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"
  tags         = var.tags

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }
}
