//! The ports of Reveille on AWS: its store on DynamoDB, its fleet on EC2 and RDS.
//!
//! One file a service; nothing outside knows a type of an SDK. [`config_item`] is the exception: it reads and writes
//! the config table's items as plain data, whoever hands them in.

pub mod client;
mod complaints;
pub mod config_item;
mod events;
mod metrics;
pub mod policy;
mod side_by_side;
pub mod signed;
pub mod site;
pub mod tags;
pub mod target;
pub mod trace;
pub mod trouble;
pub mod windows;
mod xml;
