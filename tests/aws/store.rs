//! The store on DynamoDB: what every store owes, and what this one owes besides.

use reveille_core::store_contract;

mod contract {
    use super::*;

    store_contract!(crate::dynamo::place());
}
