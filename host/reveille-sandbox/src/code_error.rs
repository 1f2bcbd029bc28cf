//! Why machine code that other hosts share cannot be used, or not be shared.

use thiserror::Error;

/// What stands between a rule and machine code that another host has made of it.
#[derive(Debug, Error)]
pub enum CodeError {
    /// Nothing here compiles, and nobody shares.
    #[error(
        "this Reveille has no compiler, and its configuration names no place with machine code: set `[sandbox] cache` to `s3://bucket/prefix` and `[sandbox] key`, the same here and where `reveille rule add` is run"
    )]
    Nowhere,
    /// The key cannot be had.
    #[error("{cause}")]
    Key {
        /// Why.
        cause: String,
    },
    /// There is none for this engine.
    #[error(
        "there is no machine code of it at `{place}`, and this Reveille has no compiler; run `reveille rule compile` with the full Reveille {version} for {target}, under the same `[sandbox]`"
    )]
    Missing {
        /// Where it would be. Its name tells the component and the engine.
        place: String,
        /// The version of this program.
        version: &'static str,
        /// What its machine code is for.
        target: &'static str,
    },
    /// It has not the mark of our key.
    #[error(
        "the machine code at `{place}` was not made with `[sandbox] key` for this component and this engine, and was not run: somebody else wrote it, or with another key. Look who may write there and whether the keys are the same, then run `reveille rule compile`"
    )]
    Forged {
        /// Where it is.
        place: String,
    },
    /// It has the mark, and the engine does not take it.
    #[error(
        "the machine code at `{place}` does not load: {cause}; run `reveille rule compile` again"
    )]
    Unfit {
        /// Where it is.
        place: String,
        /// In wasmtime's words.
        cause: String,
    },
    /// Its place cannot be read.
    #[error(
        "its machine code cannot be read: {cause}. Where nobody has shared it yet, `reveille rule compile` does"
    )]
    Unread {
        /// Why, with the place.
        cause: String,
    },
    /// Its place cannot be written.
    #[error("its machine code is not shared: {cause}")]
    Unwritten {
        /// Why, with the place.
        cause: String,
    },
}
