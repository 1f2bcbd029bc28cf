# Reveille for the servers of one account and region: `terraform init && terraform apply`.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.60, < 7.0"
    }
  }
}

variable "region" {
  description = "Where the function and the servers are."
  type        = string
  default     = "ap-northeast-2"
}

variable "alarm_email" {
  description = "Who gets a mail when ticks are missing or fail; null for nobody."
  type        = string
  default     = null
}

provider "aws" {
  region = var.region
}

module "reveille" {
  source = "../"

  zip         = "${path.module}/../../lambda/bootstrap.zip"
  alarm_email = var.alarm_email
}

output "webhook_url" {
  description = "What to paste into JANDI's outgoing webhook."
  value       = module.reveille.webhook_url
}

output "configuration" {
  description = "The configuration, for `reveille --config` on your own machine."
  value       = module.reveille.configuration
}
