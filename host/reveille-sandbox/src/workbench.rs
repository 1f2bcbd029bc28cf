//! Where components are compiled: in this process, or in a child with limits.

use std::sync::{Mutex, PoisonError};

use reveille_core::model::Tier;

use crate::{
    child_command::ChildCommand, compile_limits::CompileLimits, compiler::Compiler, engine,
    error::LoadError,
};

/// Compiles one component at a time, so that many do not take many times the memory.
#[derive(Debug, Default)]
pub(crate) struct Workbench {
    child: Option<ChildCommand>,
    limits: Option<CompileLimits>,
    turn: Mutex<()>,
}

impl Compiler {
    /// Compiles in this process, without limits: for components that are trusted.
    #[must_use]
    pub fn in_process() -> Self {
        Self::at(Workbench::default())
    }

    /// Compiles in a child process.
    #[must_use]
    pub fn in_child(command: ChildCommand) -> Self {
        Self::at(Workbench {
            child: Some(command),
            ..Workbench::default()
        })
    }

    /// With limits of its own in place of those of the tiers.
    #[must_use]
    pub fn with_limits(mut self, limits: CompileLimits) -> Self {
        self.workbench = self.workbench.map(|workbench| Workbench {
            limits: Some(limits),
            ..workbench
        });
        self
    }
}

impl Workbench {
    pub(crate) fn compile(
        &self,
        name: &str,
        wasm: &[u8],
        tier: Tier,
    ) -> Result<Vec<u8>, LoadError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = match &self.child {
            None => engine::compile(wasm),
            Some(command) => {
                let limits = self.limits.unwrap_or_else(|| CompileLimits::of(tier));
                command
                    .run(wasm, &limits)
                    .map_err(|cause| LoadError::Compiler {
                        name: name.to_owned(),
                        cause,
                    })?
            }
        };
        answer.map_err(|cause| LoadError::Compile {
            name: name.to_owned(),
            cause,
        })
    }
}
