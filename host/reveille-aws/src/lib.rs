//! What AWS and Reveille say to each other.
//!
//! Without features there are no SDKs in here, only the shapes of data: [`config_item`] reads and writes the config
//! table of AWS Instance Scheduler. The adapters for DynamoDB, EC2 and RDS come with the feature `aws` of the
//! program.

pub mod config_item;
