//! How components are compiled and run: one configuration, read by the build script, which compiles the embedded
//! components, and by the program, which runs them. Wasmtime refuses what was compiled under another one; a build without
//! a compiler has the same in everything that it compares.

#[cfg(feature = "compiler")]
use wasmtime::OptLevel;
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, ModuleVersionStrategy, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

/// Stands in every compiled component. The whole version of wasmtime and not its major alone, so that a mended code
/// generator never runs what the broken one made; the number behind it goes up with every change in this file.
pub(crate) const ARTIFACT_VERSION: &str = "48.0.8+reveille-1";

/// Deepest stack of a call, in bytes. Wasmtime has it per engine and not per call. The callers' threads (tokio's and
/// the test runner's have 2 MiB) must have this much left, or the process would abort instead of the call.
pub(crate) const STACK_BYTES: usize = 512 << 10;

/// Calls that may run at the same time; further ones wait. Far more than there are cores, and each slot is only
/// address space until it is used.
pub(crate) const SLOTS: u32 = 32;

/// The largest memory that any tier allows, and the address space that is reserved for each memory.
pub(crate) const LARGEST_MEMORY_BYTES: usize = 64 << 20;

/// Memory of a slot that stays resident for the next call: what an embedded rule touches. Resetting it with a copy
/// is three times faster than giving the pages back and faulting them in again.
const KEPT_MEMORY_BYTES: usize = 256 << 10;
/// The same for tables.
const KEPT_TABLE_BYTES: usize = 4 << 10;

/// Most core instances, memories and tables of one component: what a Python component needs (38 modules), doubled.
const CORE_INSTANCES: u32 = 64;
const MEMORIES: u32 = 16;
const TABLES: u32 = 64;
const TABLE_ELEMENTS: usize = 20_000;

/// What runs components compiled for `target`, a target triple.
#[allow(dead_code, reason = "the build script only compiles")]
pub(crate) fn runner(target: &str) -> wasmtime::Result<Config> {
    let mut config = compiler(target)?;
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    Ok(config)
}

/// What compiles components for `target`; it can run them too, without a pool. Naming the triple, even the host's own, keeps the compiler to
/// what every processor of that architecture has, so that what is embedded runs on any of them.
pub(crate) fn compiler(target: &str) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config.target(target)?;
    config.module_version(ModuleVersionStrategy::Custom(ARTIFACT_VERSION.to_owned()))?;

    // Bounds: fuel gives the verdict, which is the same everywhere; the epoch ends what fuel does not price.
    config.consume_fuel(true);
    config.epoch_interruption(true);
    config.max_wasm_stack(STACK_BYTES);
    config.memory_reservation(LARGEST_MEMORY_BYTES as u64);
    config.memory_reservation_for_growth(0);
    config.memory_guard_size(64 << 10);
    config.guard_before_linear_memory(true);
    config.memory_init_cow(true);
    config.signals_based_traps(true);

    // The same answer on every machine.
    #[cfg(feature = "compiler")]
    config.cranelift_nan_canonicalization(true);
    config.wasm_relaxed_simd(false);

    // No rule needs these, and most advisories are about them. Multi-memory stays on: without it wasmtime 48 panics
    // while it compiles a component that hands text between two components inside it.
    config.gc_support(false);
    config.wasm_gc(false);
    config.wasm_function_references(false);
    config.wasm_exceptions(false);
    config.wasm_threads(false);
    config.shared_memory(false);
    config.wasm_memory64(false);
    config.wasm_wide_arithmetic(false);
    config.wasm_custom_page_sizes(false);
    config.wasm_stack_switching(false);
    config.concurrency_support(false);

    #[cfg(feature = "compiler")]
    config.cranelift_opt_level(OptLevel::Speed);
    config.native_unwind_info(false);
    // Said here, or an environment variable would decide it and change what is compiled.
    config.wasm_backtrace_details(WasmBacktraceDetails::Disable);
    config.wasm_backtrace_max_frames(None);
    Ok(config)
}

#[allow(dead_code, reason = "the build script only compiles")]
fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(SLOTS);
    pool.total_core_instances(CORE_INSTANCES * SLOTS);
    pool.total_memories(SLOTS * 4);
    pool.total_tables(SLOTS * 16);
    pool.total_stacks(0);
    pool.total_gc_heaps(0);
    pool.max_core_instances_per_component(CORE_INSTANCES);
    pool.max_memories_per_component(MEMORIES);
    pool.max_tables_per_component(TABLES);
    pool.max_memories_per_module(4);
    pool.max_tables_per_module(8);
    pool.table_elements(TABLE_ELEMENTS);
    pool.max_memory_size(LARGEST_MEMORY_BYTES);
    pool.linear_memory_keep_resident(KEPT_MEMORY_BYTES);
    pool.table_keep_resident(KEPT_TABLE_BYTES);
    pool.pagemap_scan(Enabled::Auto);
    pool
}
