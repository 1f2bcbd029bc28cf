variable "home_role" {
  description = "ARN of the function's role, the output `role_arn` of the module in its account. It must be there already."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$", var.home_role))
    error_message = "Write the ARN of a role, such as arn:aws:iam::111122223333:role/reveille."
  }
}

variable "name" {
  description = "Name of the role that is made."
  type        = string
  default     = "reveille"
}

variable "external_id" {
  description = "What the function must say to assume the role, the same as in `spokes` there. Null asks for none."
  type        = string
  default     = null
}

variable "regions" {
  description = "Regions of the servers, the same as in `spokes` there."
  type        = list(string)

  validation {
    condition     = length(var.regions) > 0
    error_message = "Name at least one region."
  }
}

variable "services" {
  description = "As in the module of the function."
  type        = list(string)
  default     = ["ec2", "rds"]
}

variable "schedule_tag" {
  description = "As in the module of the function."
  type        = string
  default     = null
}

variable "snapshots" {
  description = "Whether `snapshot_on_stop` is set in the module of the function."
  type        = bool
  default     = false
}

variable "ssm_windows" {
  description = "As in the module of the function."
  type        = bool
  default     = false
}

variable "traces_in_tags" {
  description = "Whether `traces.tags` is set in the module of the function."
  type        = bool
  default     = false
}

variable "resizes" {
  description = "As in the module of the function."
  type        = bool
  default     = true
}

variable "encrypted_volumes" {
  description = "As in the module of the function."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}
}
