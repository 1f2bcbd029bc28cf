//! Where the machine code of components comes from: compiled now, or taken from what was compiled before, by this host or
//! by another one that has the same key.

use std::{
    borrow::Cow,
    fmt, fs, io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use reveille_core::model::Tier;

use crate::{
    code_cache::CodeCache,
    code_error::CodeError,
    error::LoadError,
    mark,
    shared_code::{Shared, SharedCode},
    workbench::Workbench,
};

/// Machine code that may be run: this process, its child or an authenticated file has it from our compiler.
#[derive(Clone)]
pub(crate) enum Native {
    /// At hand.
    Bytes(Arc<Vec<u8>>),
    /// In a file, with a mark behind it. What is run of it is mapped: of a rule that nobody calls next to nothing is in
    /// memory, and what is there the system may take back.
    File(PathBuf),
}

impl Native {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self::Bytes(Arc::new(bytes))
    }

    /// All of it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn bytes(&self) -> io::Result<Cow<'_, [u8]>> {
        match self {
            Self::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::File(path) => Ok(Cow::Owned(mark::bare(fs::read(path)?))),
        }
    }
}

/// Without its megabytes, which say nothing to anybody.
impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Native({} bytes)", bytes.len()),
            Self::File(path) => write!(f, "Native({})", path.display()),
        }
    }
}

/// What a [`Compiler`] has done since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compiled {
    /// Components that were compiled, or could not be.
    pub compiled: u64,
    /// Components whose machine code was at hand.
    pub from_cache: u64,
}

/// Gives components their machine code.
#[derive(Debug, Default)]
pub struct Compiler {
    pub(crate) workbench: Option<Workbench>,
    cache: Option<CodeCache>,
    shared: Option<Shared>,
    compiled: AtomicU64,
    from_cache: AtomicU64,
}

impl Compiler {
    /// Compiles nothing: rules are those whose machine code is at hand.
    #[must_use]
    pub fn absent() -> Self {
        Self::default()
    }

    #[cfg(feature = "compiler")]
    pub(crate) fn at(workbench: Workbench) -> Self {
        Self {
            workbench: Some(workbench),
            ..Self::default()
        }
    }

    /// Keeps machine code in a folder, which is made at first use. Where it cannot be kept safely that is logged, and
    /// everything is compiled anew.
    #[must_use]
    pub fn with_cache(self, folder: impl Into<PathBuf>) -> Self {
        Self {
            cache: Some(CodeCache::new(folder.into())),
            ..self
        }
    }

    /// Takes machine code that another host has made and marked, before anything is compiled. It is written there by
    /// [`Sandbox::share`](crate::Sandbox::share) and by nothing else.
    #[must_use]
    pub fn with_shared(self, code: Arc<dyn SharedCode>) -> Self {
        Self {
            shared: Some(Shared(code)),
            ..self
        }
    }

    /// What was done so far.
    #[must_use]
    pub fn counts(&self) -> Compiled {
        Compiled {
            compiled: self.compiled.load(Relaxed),
            from_cache: self.from_cache.load(Relaxed),
        }
    }

    /// Whether it compiles what is not at hand.
    pub(crate) fn compiles(&self) -> bool {
        self.workbench.is_some()
    }

    /// Machine code that was kept of the component with this digest.
    pub(crate) fn kept(&self, sha256: &str) -> Option<Native> {
        self.cache.as_ref()?.find(sha256).map(Native::File)
    }

    /// Counts that what was at hand is in use.
    pub(crate) fn count_at_hand(&self) {
        self.from_cache.fetch_add(1, Relaxed);
    }

    /// Keeps machine code, for this run and the next start.
    pub(crate) fn keep(&self, sha256: &str, native: &[u8]) {
        if let Some(cache) = &self.cache {
            cache.write(sha256, native);
        }
    }

    /// Takes out what was kept and turned out to be of no use.
    pub(crate) fn forget(&self, sha256: &str) {
        if let Some(cache) = &self.cache {
            cache.remove(sha256);
        }
    }

    /// Where hosts share machine code.
    pub(crate) fn shared(&self) -> Option<&Shared> {
        self.shared.as_ref()
    }

    /// Compiles a component of a tier.
    pub(crate) fn compile(
        &self,
        name: &str,
        wasm: &[u8],
        tier: Tier,
    ) -> Result<Vec<u8>, LoadError> {
        let Some(workbench) = &self.workbench else {
            return Err(LoadError::Code {
                name: name.to_owned(),
                cause: CodeError::Nowhere,
            });
        };
        self.compiled.fetch_add(1, Relaxed);
        workbench.compile(name, wasm, tier)
    }
}
