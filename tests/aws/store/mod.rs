//! The store on DynamoDB: what every store owes, and what this one owes besides.

mod contention;
mod faults;
mod items;
mod journal;
mod model;
mod notices;

mod contract {
    reveille_core::store_contract!(crate::dynamo::place());
}
