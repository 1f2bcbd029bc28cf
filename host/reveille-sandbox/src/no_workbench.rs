//! A build without a compiler has no workbench.

use reveille_core::model::Tier;

use crate::error::LoadError;

/// There is none.
#[derive(Debug)]
pub(crate) enum Workbench {}

impl Workbench {
    pub(crate) fn compile(&self, _: &str, _: &[u8], _: Tier) -> Result<Vec<u8>, LoadError> {
        match *self {}
    }
}
