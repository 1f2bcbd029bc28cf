//! A component, linked with what its tier has, and the roles that it exports.

use std::{sync::Arc, time::Duration};

use wasmtime::{
    Engine,
    component::{Component, InstancePre, Linker},
};

use crate::{
    bindings::exports::reveille::rules::{about, decider, formatter, planner},
    call::{self, Call, Surroundings},
    error::LoadError,
    inspect::{self, CONTRACT_VERSION},
    wasi::{self, WasiCall},
};

/// What instances are made of.
pub(crate) enum Pre {
    Pure(InstancePre<Call>),
    Wasi(InstancePre<WasiCall>),
}

/// A component that can be called.
pub(crate) struct Linked {
    pub(crate) pre: Pre,
    pub(crate) about: about::GuestIndices,
    pub(crate) planner: Option<planner::GuestIndices>,
    pub(crate) decider: Option<decider::GuestIndices>,
    pub(crate) formatter: Option<formatter::GuestIndices>,
}

/// Makes the body of a call for either kind of store.
macro_rules! with_guest {
    ($indices:expr, |$guest:ident, $store:ident| $call:expr) => {
        |$store, instance| {
            let $guest = $indices.load(&mut *$store, instance)?;
            $call
        }
    };
}
pub(crate) use with_guest;

impl Linked {
    /// Links a component and looks whether it fits the contract.
    pub(crate) fn new(
        engine: &Engine,
        component: &Component,
        surroundings: &Arc<Surroundings>,
        wasi: bool,
    ) -> Result<Self, LoadError> {
        let name = &*surroundings.rule;
        inspect::interfaces(name, component, engine, wasi)?;
        let unfit = |error| unfit(name, &error);
        let linked = if wasi {
            let mut linker = Linker::new(engine);
            wasi::link(&mut linker).map_err(unfit)?;
            let pre = linker.instantiate_pre(component).map_err(unfit)?;
            let found = Found::look(&pre, name)?;
            found.with(Pre::Wasi(pre))
        } else {
            let mut linker = Linker::new(engine);
            call::link(&mut linker).map_err(unfit)?;
            let pre = linker.instantiate_pre(component).map_err(unfit)?;
            let found = Found::look(&pre, name)?;
            found.with(Pre::Pure(pre))
        };
        linked.check_types(surroundings).map_err(unfit)?;
        Ok(linked)
    }

    /// Looks at the type of every function of every role, in an instance on which nothing is called.
    fn check_types(&self, surroundings: &Arc<Surroundings>) -> wasmtime::Result<()> {
        let mut failed = None;
        let mut note = |result: wasmtime::Result<()>| {
            if let Err(error) = result {
                failed.get_or_insert(error);
            }
            Ok(())
        };
        macro_rules! look {
            ($indices:expr) => {
                // The instance may fail to come up; its first call says so with the limit that it hit.
                match &self.pre {
                    Pre::Pure(pre) => {
                        let _ = call::run(pre, Call::new(surroundings), |store, instance| {
                            note($indices.load(store, instance).map(drop))
                        });
                    }
                    Pre::Wasi(pre) => {
                        let _ = wasi::run(
                            pre,
                            surroundings,
                            Duration::ZERO,
                            |store, instance| note($indices.load(store, instance).map(drop)),
                        );
                    }
                }
            };
        }
        look!(self.about);
        if let Some(indices) = &self.planner {
            look!(indices);
        }
        if let Some(indices) = &self.decider {
            look!(indices);
        }
        if let Some(indices) = &self.formatter {
            look!(indices);
        }
        failed.map_or(Ok(()), Err)
    }
}

/// The roles that a component exports.
struct Found {
    about: about::GuestIndices,
    planner: Option<planner::GuestIndices>,
    decider: Option<decider::GuestIndices>,
    formatter: Option<formatter::GuestIndices>,
}

impl Found {
    fn look<T>(pre: &InstancePre<T>, name: &str) -> Result<Self, LoadError> {
        let exports = |interface: &str| {
            let interface = format!("reveille:rules/{interface}@{CONTRACT_VERSION}");
            pre.component()
                .get_export_index(None, &*interface)
                .is_some()
        };
        let unfit = |error| unfit(name, &error);
        if !exports("about") {
            return Err(LoadError::Export {
                name: name.to_owned(),
                missing: "reveille:rules/about",
                remedy: "every rule exports it, whatever its role: build it for one of the worlds in `wit/worlds.wit`",
            });
        }
        let found = Self {
            about: about::GuestIndices::new(pre).map_err(unfit)?,
            planner: role(exports("planner"), || planner::GuestIndices::new(pre)).map_err(unfit)?,
            decider: role(exports("decider"), || decider::GuestIndices::new(pre)).map_err(unfit)?,
            formatter: role(exports("formatter"), || formatter::GuestIndices::new(pre))
                .map_err(unfit)?,
        };
        if found.planner.is_none() && found.decider.is_none() && found.formatter.is_none() {
            return Err(LoadError::Export {
                name: name.to_owned(),
                missing: "reveille:rules/planner, decider or formatter",
                remedy: "a rule has at least one of these roles",
            });
        }
        Ok(found)
    }

    fn with(self, pre: Pre) -> Linked {
        Linked {
            pre,
            about: self.about,
            planner: self.planner,
            decider: self.decider,
            formatter: self.formatter,
        }
    }
}

fn unfit(name: &str, error: &wasmtime::Error) -> LoadError {
    LoadError::Type {
        name: name.to_owned(),
        ours: CONTRACT_VERSION,
        cause: format!("{error:#}"),
    }
}

fn role<R>(
    exported: bool,
    indices: impl FnOnce() -> wasmtime::Result<R>,
) -> wasmtime::Result<Option<R>> {
    exported.then(indices).transpose()
}
