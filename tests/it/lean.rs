//! What the Lambda is built of: no compiler of components, and the same AWS SDKs as the program with one.

use std::{collections::BTreeSet, process::Command};

/// A package with its features, as `cargo tree` writes it.
type Line = String;

const ALL: &[&str] = &[
    "--package=reveille",
    "--features=aws",
    "--edges=normal,build",
];
const LEAN: &[&str] = &[
    "--package=reveille",
    "--features=aws",
    "--no-default-features",
    "--edges=normal,build",
];

const TESTED: &[&str] = &[
    "--workspace",
    "--features=reveille/aws",
    "--edges=normal,build,dev",
];

/// Everything that is built for these arguments.
fn tree(arguments: &[&str]) -> BTreeSet<Line> {
    let output = Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(["tree", "--locked"])
        .args(["--prefix", "none", "--no-dedupe", "--format", "{p} [{f}]"])
        .args(arguments)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Name and version.
fn package(line: &Line) -> &str {
    line.split(" [").next().unwrap_or_default()
}

#[test]
fn the_lambda_has_no_compiler_in_it() {
    let compilers = |lines: BTreeSet<Line>| -> Vec<Line> {
        let is_one = |line: &Line| {
            line.starts_with("cranelift-codegen") || line.starts_with("wasmtime-internal-cranelift")
        };
        lines.into_iter().filter(is_one).collect()
    };
    assert!(compilers(tree(ALL)).len() > 1);
    assert_eq!(compilers(tree(LEAN)), Vec::<Line>::new());
}

/// Else whoever builds two of them waits half an hour of processor time longer.
#[test]
fn the_lambda_has_the_same_sdks_as_the_program_and_as_the_tests() {
    let sdks = tree(&["--package=reveille-aws", "--edges=normal,build"]);
    let packages: BTreeSet<&str> = sdks.iter().map(package).collect();
    let of_sdks = |lines: BTreeSet<Line>| -> BTreeSet<Line> {
        let is_of_them = |line: &Line| packages.contains(package(line));
        lines.into_iter().filter(is_of_them).collect()
    };
    let lean = of_sdks(tree(LEAN));
    for others in [ALL, TESTED] {
        let others = of_sdks(tree(others));
        let missed: Vec<_> = lean.difference(&others).collect();
        assert_eq!(missed, Vec::<&Line>::new());
    }
}
