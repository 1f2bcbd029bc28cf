//! The ports of Reveille on AWS: its store on DynamoDB, its fleet on EC2 and RDS.
//!
//! One file a service; nothing outside knows a type of an SDK. [`config_item`] is the exception: it reads and writes
//! the config table's items as plain data, whoever hands them in.

pub mod client;
pub mod config_item;
pub mod doctor;
pub mod dynamo;
pub mod fleet;
pub mod function;
pub mod policy;
pub mod registry;
pub mod s3;
pub mod secret;
pub mod signed;
pub mod site;
pub mod tags;
pub mod target;
pub mod trace;
pub mod trouble;
pub mod windows;

mod arn;
mod ask;
mod blame;
mod blind;
mod complaints;
mod ec2;
mod events;
mod metrics;
mod permission;
mod preferred_window;
mod rds;
mod rds_status;
mod reach;
mod refusal;
mod role;
mod secret_policy;
mod side_by_side;
mod tagged;
mod twins;
mod xml;
