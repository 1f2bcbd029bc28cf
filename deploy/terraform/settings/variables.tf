variable "name" {
  description = "Name of the function."
  type        = string
}

variable "partition" {
  description = "`aws`, `aws-cn` or `aws-us-gov`."
  type        = string
}

variable "account" {
  description = "The account in which the function runs, twelve digits."
  type        = string
}

variable "region" {
  description = "The region in which the function runs, and of its tables."
  type        = string
}

variable "config_table" {
  description = "Name of the config table."
  type        = string
}

variable "state_table" {
  description = "Name of the state table."
  type        = string
}

variable "regions" {
  description = "Regions of the account's own servers; none leaves them alone."
  type        = list(string)
}

variable "spokes" {
  description = "Roles in other accounts."
  type = list(object({
    roles       = list(string)
    external_id = optional(string)
    regions     = list(string)
  }))
  default = []
}

variable "schedule_tag" {
  description = "Key of the tag that names a server's schedule; null stands for `Schedule` and `ScheduleName`."
  type        = string
  default     = null
}

variable "group_tag" {
  description = "Key of the tag that names a server's group; null stands for `ScheduleGroup` and `ScheduleGroupName`."
  type        = string
  default     = null
}

variable "services" {
  description = "`ec2`, `rds` or both."
  type        = list(string)
  default     = ["ec2", "rds"]
}

variable "snapshot_on_stop" {
  description = "What names of snapshots begin with that RDS instances leave when they are stopped; null takes none."
  type        = string
  default     = null
}

variable "ssm_windows" {
  description = "Whether maintenance windows of Systems Manager are read."
  type        = bool
  default     = false
}

variable "traces" {
  description = "What is left where operators look."
  type = object({
    tags      = optional(bool, false)
    event_bus = optional(string)
    metrics   = optional(string)
  })
  default = {}
}

variable "resizes" {
  description = "Whether periods or tags name instance types."
  type        = bool
  default     = true
}

variable "encrypted_volumes" {
  description = "Whether volumes are encrypted with keys of the customer."
  type        = bool
  default     = false
}

variable "timezone" {
  description = "Zone of schedules without one, an IANA name."
  type        = string
  default     = "Asia/Seoul"
}

variable "jandi_tokens" {
  description = "Names of the SSM parameters that hold the tokens of JANDI's outgoing webhooks."
  type        = list(string)
  default     = []
}

variable "parameters" {
  description = "Names of further SSM parameters that `more_configuration` names."
  type        = list(string)
  default     = []
}

variable "secrets" {
  description = "Names of secrets of Secrets Manager that `more_configuration` names."
  type        = list(string)
  default     = []
}

variable "machine_code" {
  description = "Where machine code of rules is shared, and the name of the SSM parameter with the key of its marks."
  type = object({
    place         = string
    key_parameter = string
  })
  default = null
}

variable "architecture" {
  description = "What the function runs on: `x86_64` or `arm64`."
  type        = string
  default     = "x86_64"
}

variable "objects" {
  description = "Rules and data on S3 that `more_configuration` names, as `s3://bucket/key`."
  type        = list(string)
  default     = []
}

variable "more_configuration" {
  description = "TOML that is put behind what the other variables say."
  type        = string
  default     = ""
}
