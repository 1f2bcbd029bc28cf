//! A fleet that only writes down what is ordered of it.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reveille_core::port::{Fleet, FleetError, FleetView, Order, Outcome};

/// Shows the servers that it was given and carries nothing out.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    view: Mutex<FleetView>,
    orders: Mutex<Vec<Order>>,
}

impl Recorder {
    /// Shows these servers from now on.
    pub(super) fn show(&self, view: FleetView) {
        *self.view.lock().unwrap_or_else(PoisonError::into_inner) = view;
    }

    /// What was ordered since the last time.
    pub(super) fn take(&self) -> Vec<Order> {
        std::mem::take(&mut *self.orders.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Fleet for Recorder {
    async fn servers(&self, _: DateTime<Utc>) -> Result<FleetView, FleetError> {
        let view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(view.clone())
    }

    async fn act(&self, orders: &[Order], _: DateTime<Utc>) -> Vec<Outcome> {
        let mut recorded = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.extend_from_slice(orders);
        orders
            .iter()
            .map(|order| Outcome {
                server: order.server.clone(),
                result: Ok(()),
            })
            .collect()
    }
}
