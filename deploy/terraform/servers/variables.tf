variable "partition" {
  description = "`aws`, `aws-cn` or `aws-us-gov`."
  type        = string
}

variable "account" {
  description = "The account of the servers, twelve digits."
  type        = string
}

variable "regions" {
  description = "Their regions, at least one."
  type        = list(string)
}

variable "schedule_tag" {
  description = "Key of the tag that names a server's schedule; null stands for `Schedule` and `ScheduleName`."
  type        = string
}

variable "services" {
  description = "`ec2`, `rds` or both."
  type        = list(string)
}

variable "snapshots" {
  description = "Whether RDS instances leave a snapshot when they are stopped."
  type        = bool
}

variable "ssm_windows" {
  description = "Whether maintenance windows of Systems Manager are read."
  type        = bool
}

variable "traces_in_tags" {
  description = "Whether the tags IS-LastAction, IS-Error and IS-ErrorMessage are written."
  type        = bool
}

variable "resizes" {
  description = "Whether periods or tags name instance types."
  type        = bool
}

variable "encrypted_volumes" {
  description = "Whether volumes are encrypted with keys of the customer, for which starting needs a grant."
  type        = bool
}
