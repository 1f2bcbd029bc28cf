//! Why a component does not become a rule.

use std::error::Error;

use reveille_core::port::SourceError;
use reveille_sandbox::LoadError;
use thiserror::Error;

use crate::{trial::Trial, trust::Distrust};

/// Why a component does not become a rule. What was loaded before stays.
#[derive(Debug, Error)]
pub enum TakeError {
    /// It cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// It is not trusted.
    #[error(transparent)]
    Distrust(#[from] Distrust),
    /// The sandbox does not take it.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It fails where the version in use does not.
    #[error("it fails its trial: {trial}")]
    Trial {
        /// The version that it gives itself.
        version: String,
        /// What the trial has shown.
        trial: Trial,
    },
    /// The thread that compiled or tried it broke off.
    #[error("compiling or trying it broke off; this is a fault of Reveille, report it")]
    Broken,
}

impl TakeError {
    /// The version that the component gives itself, when it could be asked.
    pub(crate) fn version(&self) -> Option<&str> {
        match self {
            Self::Trial { version, .. } => Some(version),
            Self::Distrust(distrust) => distrust.version(),
            Self::Source(_) | Self::Load(_) | Self::Broken => None,
        }
    }

    /// Whether the same component may be taken later: its machine code is made and shared elsewhere.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Load(LoadError::Code { .. }))
    }
}

/// An error with everything that caused it.
pub(crate) fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let said = deeper.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = deeper.source();
    }
    text
}
