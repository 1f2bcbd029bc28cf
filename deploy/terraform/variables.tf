variable "name" {
  description = "Name of the function, of its role, and the beginning of every other name."
  type        = string
  default     = "reveille"

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9_-]{0,39}$", var.name))
    error_message = "Write 1 to 40 letters, digits, - and _, a letter first."
  }
}

variable "zip" {
  description = "Path of the zip that deploy/lambda/build makes; null when `zip_in_s3` says where it is."
  type        = string
  default     = null
}

variable "zip_in_s3" {
  description = "The zip in a bucket of the function's region; null when `zip` is given."
  type = object({
    bucket  = string
    key     = string
    version = optional(string)
  })
  default = null
}

variable "architecture" {
  description = "What the zip is built for: `x86_64` or `arm64`."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "Write x86_64 or arm64."
  }
}

variable "memory" {
  description = "Memory of the function in MB. Processor time comes in proportion: with less, the first answer takes longer."
  type        = number
  default     = 256

  validation {
    condition     = var.memory >= 128 && var.memory <= 10240 && floor(var.memory) == var.memory
    error_message = "Write a whole number of MB from 128 to 10240."
  }
}

variable "timeout" {
  description = "Seconds that one call may take. A tick stops cleanly before, and the next one goes on."
  type        = number
  default     = 60

  validation {
    condition     = var.timeout >= 15 && var.timeout <= 300 && floor(var.timeout) == var.timeout
    error_message = "Write whole seconds from 15 to 300."
  }
}

variable "reserved_concurrency" {
  description = "How many calls may run side by side; -1 reserves none. New accounts have too few to reserve any."
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency >= 2
    error_message = "Write at least 2, one for the tick and one for chat, or -1."
  }
}

variable "ticks" {
  description = "Whether the scheduler runs each minute. Set it to false while AWS Instance Scheduler still acts."
  type        = bool
  default     = true
}

variable "regions" {
  description = "Regions of this account's servers. Null is the function's own; an empty list leaves this account alone."
  type        = list(string)
  default     = null

  validation {
    condition     = alltrue([for region in coalesce(var.regions, []) : can(regex("^[a-z]+(-[a-z]+)+-[0-9]+$", region))])
    error_message = "Write names of regions, such as ap-northeast-2."
  }
}

variable "spokes" {
  description = "Roles in other accounts (deploy/terraform/spoke makes them), and the regions of the servers there."
  type = list(object({
    roles       = list(string)
    external_id = optional(string)
    regions     = list(string)
  }))
  default = []

  validation {
    condition = alltrue(flatten([
      for spoke in var.spokes : [for role in spoke.roles : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$", role))]
    ]))
    error_message = "Write ARNs of roles, such as arn:aws:iam::444455556666:role/reveille."
  }

  validation {
    condition     = alltrue([for spoke in var.spokes : length(spoke.roles) > 0 && length(spoke.regions) > 0])
    error_message = "Each spoke needs at least one role and one region."
  }
}

variable "services" {
  description = "Which servers are scheduled: `ec2`, `rds` or both."
  type        = list(string)
  default     = ["ec2", "rds"]

  validation {
    condition     = length(var.services) > 0 && alltrue([for service in var.services : contains(["ec2", "rds"], service)])
    error_message = "Write ec2, rds or both."
  }
}

variable "schedule_tag" {
  description = "Key of the tag that names a server's schedule. Null takes both `Schedule` and `ScheduleName`."
  type        = string
  default     = null
}

variable "group_tag" {
  description = "Key of the tag that names a server's group. Null takes both `ScheduleGroup` and `ScheduleGroupName`."
  type        = string
  default     = null
}

variable "snapshot_on_stop" {
  description = "What names of snapshots begin with that RDS instances leave when they are stopped. Null takes none."
  type        = string
  default     = null
}

variable "ssm_windows" {
  description = "Whether maintenance windows of Systems Manager are honoured."
  type        = bool
  default     = false
}

variable "traces" {
  description = "What is left where operators look: tags on servers, events on a bus (name or ARN), a namespace in CloudWatch."
  type = object({
    tags      = optional(bool, false)
    event_bus = optional(string)
    metrics   = optional(string)
  })
  default = {}
}

variable "resizes" {
  description = "Whether periods or tags name instance types. False takes the permission to change them away."
  type        = bool
  default     = true
}

variable "encrypted_volumes" {
  description = "Whether volumes of instances are encrypted with keys of your own, for which starting needs a grant."
  type        = bool
  default     = false
}

variable "timezone" {
  description = "Zone of schedules without one, an IANA name."
  type        = string
  default     = "Asia/Seoul"
}

variable "jandi_tokens" {
  description = "Names of SSM parameters (SecureString) with the tokens of JANDI's outgoing webhooks. The values stay out of Terraform's state."
  type        = list(string)
  default     = ["/reveille/jandi-token"]

  validation {
    condition     = alltrue([for name in var.jandi_tokens : can(regex("^/[a-zA-Z0-9_./-]+$", name))])
    error_message = "Write names of parameters, each beginning with a slash, such as /reveille/jandi-token."
  }
}

variable "parameters" {
  description = "Names of further SSM parameters that `more_configuration` names as `{ ssm = … }`: the role may read them."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.parameters : can(regex("^[a-zA-Z0-9_./-]+$", name))])
    error_message = "Write names of parameters of this account and region, such as /reveille/jandi-url."
  }
}

variable "secrets" {
  description = "Names of secrets of Secrets Manager that `more_configuration` names as `{ secret = … }`: the role may read them."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.secrets : can(regex("^[a-zA-Z0-9/_+=.@-]+$", name))])
    error_message = "Write names of secrets of this account and region, such as reveille/jandi."
  }
}

variable "machine_code" {
  description = "Where `reveille rule add` leaves the machine code of rules, as `s3://bucket/prefix`, and the name of the SSM parameter with the key of its marks (`openssl rand -hex 32`). The function has no compiler: without this it runs the built-in rules alone."
  type = object({
    place         = string
    key_parameter = string
  })
  default = null

  validation {
    condition     = var.machine_code == null ? true : can(regex("^s3://[a-z0-9.-]+/[a-zA-Z0-9!_.()/-]*[a-zA-Z0-9!_.()-]$", var.machine_code.place))
    error_message = "Write the place as s3://bucket/prefix."
  }
}

variable "objects" {
  description = "Rules and data on S3 that `more_configuration` names, as `s3://bucket/key`: the role may read them."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for object in var.objects : can(regex("^s3://[^/]+/.+$", object))])
    error_message = "Write each as s3://bucket/key."
  }
}

variable "more_configuration" {
  description = "TOML that is put behind what the other variables say, such as [[rules]] and [[jandi.targets]]."
  type        = string
  default     = ""
}

variable "config_table" {
  description = "Name of the config table when it is there already, such as that of AWS Instance Scheduler. Null makes one."
  type        = string
  default     = null
}

variable "state_table" {
  description = "Name of the state table when it is there already. Null makes one."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether a config table that is made here refuses to be deleted."
  type        = bool
  default     = true
}

variable "webhook" {
  description = "Where JANDI reaches the function: `http-api`, `function-url` or `none`."
  type        = string
  default     = "http-api"

  validation {
    condition     = contains(["http-api", "function-url", "none"], var.webhook)
    error_message = "Write http-api, function-url or none."
  }
}

variable "webhook_rate" {
  description = "Requests a second that the HTTP API lets through, and twice as many at once. Strangers pay nothing, you do."
  type        = number
  default     = 10

  validation {
    condition     = var.webhook_rate >= 1 && var.webhook_rate <= 1000
    error_message = "Write 1 to 1000."
  }
}

variable "log_retention_days" {
  description = "How long the log is kept, one of the periods that CloudWatch knows."
  type        = number
  default     = 30

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "Write a number of days that CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096 …"
  }
}

variable "alarm_email" {
  description = "Who gets a mail from an alarm; AWS asks the address for its consent first. Null sends none."
  type        = string
  default     = null
}

variable "alarm_topics" {
  description = "ARNs of SNS topics that are told of alarms, beside the mail."
  type        = list(string)
  default     = []
}

variable "tags" {
  description = "Tags of everything that is made here."
  type        = map(string)
  default     = {}
}
