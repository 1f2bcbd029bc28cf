//! Servers that stand in for AWS, started by the tests themselves, on the loopback interface only.

pub mod dynamodb;
pub mod moto;
