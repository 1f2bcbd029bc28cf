//! One call: its state, what the component may ask of the host meanwhile, and the fresh instance that it runs in.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use reveille_core::model::FailureKind;
use wasmtime::{
    Store,
    component::{HasSelf, Instance, InstancePre, Linker},
};

use crate::{
    bindings::reveille::rules::{data, log},
    budget::Budget,
    data::DataSource,
    engine,
    fault::Fault,
    journal::Journal,
    limits::Limits,
};

/// What every call of one rule shares.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    pub(crate) rule: Arc<str>,
    pub(crate) limits: Limits,
    pub(crate) data: DataSource,
    pub(crate) journal: Arc<Journal>,
}

/// What one call has.
#[derive(Debug)]
pub(crate) struct Call {
    surroundings: Arc<Surroundings>,
    pub(crate) budget: Budget,
}

impl Call {
    pub(crate) fn new(surroundings: &Arc<Surroundings>) -> Self {
        Self {
            budget: Budget::new(surroundings.limits),
            surroundings: Arc::clone(surroundings),
        }
    }
}

/// State of a store, whatever else is in it.
pub(crate) trait Holds: 'static {
    fn call(&mut self) -> &mut Call;
}

impl Holds for Call {
    fn call(&mut self) -> &mut Call {
        self
    }
}

impl log::Host for Call {
    fn write(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        self.budget
            .take_line(message.len())
            .map_err(wasmtime::Error::new)?;
        self.surroundings
            .journal
            .write(&self.surroundings.rule, level.into(), &message);
        Ok(())
    }
}

impl data::Host for Call {
    fn read(&mut self, name: String) -> wasmtime::Result<Option<Vec<u8>>> {
        self.budget.take_read().map_err(wasmtime::Error::new)?;
        let datum = self.surroundings.data.get(&name);
        Ok(datum.map(|datum| datum.bytes.to_vec()))
    }

    fn digest(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        self.budget.take_read().map_err(wasmtime::Error::new)?;
        let datum = self.surroundings.data.get(&name);
        Ok(datum.map(|datum| datum.digest.as_ref().to_owned()))
    }
}

/// Puts the contract's imports, and nothing else, into a linker.
pub(crate) fn link<T: Holds>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    log::add_to_linker::<T, HasSelf<Call>>(linker, Holds::call)?;
    data::add_to_linker::<T, HasSelf<Call>>(linker, Holds::call)
}

/// The most that a call of a rule has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Units of fuel.
    pub fuel: u64,
    /// Bytes of linear memory.
    pub memory_bytes: usize,
}

/// What a call has used, to be counted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    pub(crate) fuel: u64,
    pub(crate) memory_bytes: usize,
    pub(crate) time: Duration,
    pub(crate) log_lines: u32,
}

/// Runs `work` in a fresh instance under the limits of the call, and drops the instance.
pub(crate) fn run<T: Holds, R>(
    pre: &InstancePre<T>,
    state: T,
    work: impl FnOnce(&mut Store<T>, &Instance) -> wasmtime::Result<R>,
) -> (Result<R, Fault>, Spent) {
    let _slot = engine::take_slot();
    let ran = catch_unwind(AssertUnwindSafe(|| run_once(pre, state, work)));
    ran.unwrap_or_else(|_| {
        let fault = Fault::new(FailureKind::Host, "the sandbox itself failed");
        (Err(fault), Spent::default())
    })
}

fn run_once<T: Holds, R>(
    pre: &InstancePre<T>,
    mut state: T,
    work: impl FnOnce(&mut Store<T>, &Instance) -> wasmtime::Result<R>,
) -> (Result<R, Fault>, Spent) {
    let begun = Instant::now();
    let limits = state.call().surroundings.limits;
    let mut store = Store::new(pre.engine(), state);
    store.limiter(|state| &mut state.call().budget);
    // The deadline stands before the instance is made: that runs code of the component already.
    engine::set_deadline(&mut store, limits.deadline);
    store.set_hostcall_fuel(limits.returned_bytes);
    store.set_max_component_handles(limits.handles);
    let answer = store
        .set_fuel(limits.fuel)
        .and_then(|()| pre.instantiate(&mut store))
        .and_then(|instance| work(&mut store, &instance))
        .map_err(|error| Fault::classify(&error, &limits));
    let fuel = limits.fuel.saturating_sub(store.get_fuel().unwrap_or(0));
    let budget = &store.data_mut().call().budget;
    let (memory_bytes, log_lines) = (budget.memory_bytes(), budget.lines());
    // What the instance leaves behind takes its time too.
    drop(store);
    let spent = Spent {
        fuel,
        memory_bytes,
        time: begun.elapsed(),
        log_lines,
    };
    (answer, spent)
}
