//! The duties that the port states, asked of the embedded store and of the one in memory.

use std::sync::Arc;

use chrono_tz::Tz;
use reveille_core::{
    store_contract,
    testing::{MemoryStore, contract::Place},
};

use crate::sample::in_file;

mod memory {
    use super::*;

    async fn place() -> Place {
        let store = Arc::new(MemoryStore::new(Tz::Asia__Seoul));
        Place::new(move || store.clone())
    }

    store_contract!(place());
}

mod file {
    use super::*;

    async fn place() -> Place {
        let file = in_file();
        Place::new(move || crate::sample::open(&file.folder))
    }

    store_contract!(place());
}
