//! Files that are no rules, and rules that are none for this host.

use crate::{
    guest::Guest,
    house::{load, refused, sandbox, source},
};

#[test]
fn an_empty_file_is_refused() {
    refused(b"", "the file is empty");
}

#[test]
fn text_is_refused() {
    refused(b"(component)", "as text");
}

#[test]
fn machine_code_is_refused() {
    refused(b"\x7fELF\x02\x01\x01", "machine code");
}

#[test]
fn a_core_module_is_refused() {
    let module = wat::parse_str("(module)").expect("it is WebAssembly");
    refused(&module, "a core module, not a component");
}

#[test]
fn random_bytes_are_refused() {
    refused(b"not WebAssembly at all", "not WebAssembly");
    refused(b"\0asm\xff\xff\xff\xff", "version of WebAssembly");
}

#[test]
fn a_file_that_is_cut_off_is_refused_wherever_it_is_cut() {
    let whole = Guest::new().build();
    let sandbox = sandbox();
    for length in (0..whole.len()).step_by(97) {
        load(&sandbox, "hostile", &whole[..length]).expect_err("it is refused");
    }
}

#[test]
fn a_component_with_flipped_bits_is_refused_or_runs_in_its_sandbox() {
    let whole = Guest::new().build();
    let sandbox = sandbox();
    for place in (8..whole.len()).step_by(61) {
        let mut flipped = whole.clone();
        flipped[place] ^= 0x15;
        // Either answer is right; the process goes on.
        let _ = load(&sandbox, "hostile", &flipped);
    }
    crate::house::goes_on(&sandbox);
}

#[test]
fn too_large_a_file_is_refused_before_it_is_read_as_anything() {
    refused(&vec![0; (512 << 10) + 1], "larger than the 524288 bytes");
}

#[test]
fn a_component_without_about_is_refused() {
    refused(
        &Guest::new().without_about().build(),
        "exports no `reveille:rules/about`",
    );
}

#[test]
fn a_component_of_nothing_is_refused() {
    let component = wat::parse_str("(component)").expect("it is WebAssembly");
    refused(&component, "exports no `reveille:rules/about`");
}

#[test]
fn another_version_of_the_contract_is_refused_with_both_named() {
    let component = Guest::new().of_version("0.2.0").build();
    refused(
        &component,
        "@0.2.0`; this Reveille has reveille:rules@0.1.0",
    );
}

#[test]
fn a_patch_of_the_contract_is_accepted() {
    let component = Guest::new().of_version("0.1.3").build();
    load(&sandbox(), "newer", &component).expect("a patch breaks nothing");
}

#[test]
fn an_import_of_anything_else_is_refused_by_name() {
    let component = Guest::new()
        .importing("import evil:host/exec@1.0.0;")
        .core_imports(r#"(import "evil:host/exec@1.0.0" "run" (func (param i32 i32)))"#)
        .build();
    refused(&component, "imports `evil:host/exec@1.0.0`");
}

#[test]
fn wasi_is_refused_where_it_is_not_granted_and_the_way_without_it_is_told() {
    let component = Guest::new()
        .importing("import wasi:cli/exit@0.2.6;")
        .core_imports(r#"(import "wasi:cli/exit@0.2.6" "exit" (func (param i32)))"#)
        .build();
    refused(&component, "imports `wasi:cli/exit@0.2.6`");
    refused(&component, "wasm32-unknown-unknown");
}

#[test]
fn features_that_are_switched_off_are_refused() {
    for module in [
        "(module (memory i64 1))",
        "(module (memory 1 1 shared))",
        "(module (tag (param i32)))",
        "(module (type (struct (field i32))))",
        "(module (func (param v128) (result v128) (i32x4.relaxed_trunc_f32x4_s (local.get 0))))",
    ] {
        let component = crate::guest::with_instances(&Guest::new().build(), module, 1);
        refused(&component, "does not compile");
    }
}

#[test]
fn a_thousand_and_one_modules_are_refused() {
    let component = format!("(component {})", "(core module)".repeat(1_001));
    let component = wat::parse_str(component).expect("it is WebAssembly");
    refused(&component, "modules count");
}

#[test]
fn types_and_components_that_are_nested_too_deep_are_refused() {
    let lists: String = (0..130)
        .map(|depth| format!("(type (list {depth}))"))
        .collect();
    let component = format!("(component (type (list u8)) {lists})");
    let component = wat::parse_str(component).expect("it is WebAssembly");
    refused(&component, "type nesting is too deep");

    let nested = format!("{}{}", "(component ".repeat(90), ")".repeat(90));
    let nested = wat::parse_str(nested).expect("it is WebAssembly");
    refused(&nested, "exports no `reveille:rules/about`");
}

#[test]
fn a_thousand_modules_that_do_nothing_are_no_rule() {
    let component = format!("(component {})", "(core module)".repeat(999));
    let component = wat::parse_str(component).expect("it is WebAssembly");
    refused(&component, "exports no `reveille:rules/about`");
}

#[test]
fn twenty_thousand_nested_blocks_and_a_table_of_as_many_jumps_end_like_any_other_code() {
    let blocks = format!("{}nop{}", "block ".repeat(20_000), " end".repeat(20_000));
    let jumps = format!("block i32.const 1 br_table {}0 end", "0 ".repeat(20_000));
    for body in [blocks, jumps] {
        let module = format!("(module (func (export \"f\") {body}))");
        let component = crate::guest::with_instances(&Guest::new().build(), &module, 1);
        load(&sandbox(), "deep", &component).expect("it is large and harmless");
    }
}

#[test]
fn a_version_of_the_contract_that_was_never_published_is_refused() {
    let component = Guest::new().of_version("0.1.0-rc.1").build();
    refused(
        &component,
        "@0.1.0-rc.1`; this Reveille has reveille:rules@0.1.0",
    );
}

#[test]
fn streams_futures_and_asynchronous_functions_are_refused() {
    for types in [
        r#"(type (stream u8)) (export "t" (type 0))"#,
        r#"(type (future u8)) (export "t" (type 0))"#,
        r#"(import "f" (func async (param "x" u8)))"#,
    ] {
        let component = wat::parse_str(format!("(component {types})")).expect("it is WebAssembly");
        refused(&component, "component model async");
    }
}

#[test]
fn another_file_than_the_operator_pinned_is_refused() {
    let sandbox = sandbox();
    let mut pinned = source("pinned");
    pinned.sha256 = Some("00".repeat(32));
    let limits = reveille_sandbox::Limits::of(pinned.tier);
    let error = sandbox
        .load_bytes(&pinned, limits, &Guest::new().build())
        .expect_err("it is another file");
    assert!(error.to_string().contains("is asked for"), "{error}");
}

#[test]
fn the_name_of_a_built_in_rule_is_taken() {
    let error = load(&sandbox(), "periods", &Guest::new().build()).expect_err("it is taken");
    assert!(error.to_string().contains("built in"), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = sandbox()
        .load(&source("nowhere"))
        .expect_err("there is none");
    assert!(error.to_string().contains("nowhere.wasm"), "{error}");
}

#[test]
fn a_rule_that_panics_when_it_is_asked_who_it_is_is_refused() {
    refused(&Guest::new().describe("(unreachable)").build(), "panicked");
}

#[test]
fn what_was_loaded_before_stays_when_the_new_file_is_refused() {
    use reveille_core::port::Rules;
    let sandbox = sandbox();
    load(&sandbox, "mine", &Guest::new().build()).expect("it can be loaded");
    load(&sandbox, "mine", b"").expect_err("it is refused");
    assert!(sandbox.loaded().iter().any(|rule| rule.name == "mine"));
}
