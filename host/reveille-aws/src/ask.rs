//! What sites are asked to do to servers, and where the answers go.

use std::sync::Arc;

use reveille_core::{
    model::{ServerKind, ServerState},
    port::{ActError, OrderAction},
};
use tokio::sync::mpsc::UnboundedSender;

use crate::tagged::Found;

/// What is to be done to one server of a site.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// The order's place among all.
    pub(crate) index: usize,
    /// What the service calls it.
    pub(crate) resource: String,
    pub(crate) kind: ServerKind,
    pub(crate) action: OrderAction,
    /// How it was when it was last looked at.
    pub(crate) known: Option<Known>,
}

impl Ask {
    pub(crate) fn instance_type(&self) -> Option<&str> {
        self.known.as_ref()?.instance_type.as_deref()
    }
}

/// How a server was when it was last looked at; without a state it was not there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) state: Option<ServerState>,
    pub(crate) instance_type: Option<Arc<str>>,
    pub(crate) hibernates: bool,
}

impl From<&Found> for Known {
    fn from(found: &Found) -> Self {
        Self {
            state: Some(found.server.state),
            instance_type: found.server.instance_type.clone(),
            hibernates: found.hibernates,
        }
    }
}

/// Where the answers to orders go as they come, so that those that came are not lost with those that are late.
#[derive(Debug, Clone)]
pub(crate) struct Answers(pub(crate) UnboundedSender<(usize, Result<(), ActError>)>);

impl Answers {
    pub(crate) fn answer(&self, ask: &Ask, result: Result<(), ActError>) {
        // Nobody listens any more when the time for the orders is over.
        let _ = self.0.send((ask.index, result));
    }

    pub(crate) fn all(&self, asks: &[Ask], error: ActError) {
        for ask in asks {
            self.answer(ask, Err(error.clone()));
        }
    }
}
