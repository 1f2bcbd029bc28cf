//! Why a rule cannot be loaded.

use reveille_core::model::RuleFailure;
use thiserror::Error;

use crate::{code_error::CodeError, compile_error::CompileError};

/// Why a rule cannot be loaded. What was loaded before stays as it is.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The sandbox cannot run on this machine.
    #[error("the sandbox does not run on this machine: {cause}")]
    Engine {
        /// In wasmtime's words.
        cause: String,
    },
    /// The name belongs to a rule that is built in.
    #[error("`{name}` is the name of a rule that is built in; give yours another name")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The name cannot be shown in a list.
    #[error(
        "`{shown}` is no name for a rule; a name has at least one and at most {limit} characters, none of which is invisible, and no space at its ends"
    )]
    Name {
        /// The name, shortened and without what acts on a terminal.
        shown: String,
        /// Characters that are allowed.
        limit: usize,
    },
    /// The file cannot be read.
    #[error("rule `{name}`: `{path}` cannot be read")]
    Read {
        /// The rule.
        name: String,
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is larger than its tier allows.
    #[error(
        "rule `{name}`: the file is larger than the {limit} bytes that its tier allows; build it smaller (optimised, stripped) or give it a higher tier: `scripted` is for JavaScript, `heavy` for Python"
    )]
    TooLarge {
        /// The rule.
        name: String,
        /// Bytes that are allowed.
        limit: usize,
    },
    /// The file is another one than the operator named.
    #[error(
        "rule `{name}`: the file has SHA-256 {actual}, and {expected} is asked for; bring back the file, or change `sha256` if the new one is meant"
    )]
    Digest {
        /// The rule.
        name: String,
        /// What is asked for.
        expected: String,
        /// What the file has.
        actual: String,
    },
    /// The file is not a component.
    #[error("rule `{name}`: {what}; {remedy}")]
    NotAComponent {
        /// The rule.
        name: String,
        /// What it is instead.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The component is malformed, or uses what the sandbox does not offer.
    #[error("rule `{name}` does not compile: {cause}")]
    Compile {
        /// The rule.
        name: String,
        /// In wasmtime's words.
        cause: String,
    },
    /// The process that compiles it went beyond a limit, or failed.
    #[error("rule `{name}` is not compiled: {cause}")]
    Compiler {
        /// The rule.
        name: String,
        /// What befell that process.
        cause: CompileError,
    },
    /// There is no machine code of it that may be run. It is worth another try: it may be shared meanwhile.
    #[error("rule `{name}`: {cause}")]
    Code {
        /// The rule.
        name: String,
        /// What stands against it.
        cause: CodeError,
    },
    /// It imports what it may not have.
    #[error("rule `{name}` imports `{import}`, which it may not have; {remedy}")]
    Import {
        /// The rule.
        name: String,
        /// The import.
        import: String,
        /// What to do.
        remedy: &'static str,
    },
    /// It is made for another version of the contract.
    #[error(
        "rule `{name}` is made for `{theirs}`; this Reveille has reveille:rules@{ours}: build it against that version"
    )]
    Version {
        /// The rule.
        name: String,
        /// The interface, with its version.
        theirs: String,
        /// Our version.
        ours: &'static str,
    },
    /// It does not export what every rule must, or nothing that is a role.
    #[error("rule `{name}` exports no `{missing}`; {remedy}")]
    Export {
        /// The rule.
        name: String,
        /// What is missing.
        missing: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Something in it has another type than the contract says.
    #[error(
        "rule `{name}` does not fit the contract reveille:rules@{ours}: {cause}; build it against the `wit/` of this Reveille"
    )]
    Type {
        /// The rule.
        name: String,
        /// Our version.
        ours: &'static str,
        /// In wasmtime's words.
        cause: String,
    },
    /// What it says of itself breaks the contract.
    #[error("rule `{name}`: its description has {what}")]
    Description {
        /// The rule.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// Its first call failed.
    #[error("it does not say what it is")]
    Describe(#[source] RuleFailure),
}
