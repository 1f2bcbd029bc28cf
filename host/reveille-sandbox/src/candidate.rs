//! From the bytes of a component to a rule that could be loaded.

use std::{collections::BTreeMap, sync::Arc};

use reveille_core::model::{LoadedRule, RuleSource, Tier};
use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use crate::{
    call::Surroundings,
    code_error::CodeError,
    compiler::{Compiler, Native},
    data::{DataSource, hex},
    embedded::{EMBEDDED, Embedded, SERVERBYEONG},
    engine,
    error::LoadError,
    inspect,
    journal::Journal,
    limits::Limits,
    rule::{Description, Origin, Rule},
    text,
};

/// Most characters of the name of a rule.
const NAME_CHARS: usize = 64;

/// A rule that is compiled, linked and described, and not in the set: it can be tried before it is switched to.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub(crate) rule: Rule,
    /// To be shared; none where that is not done.
    pub(crate) native: Option<Native>,
}

impl Candidate {
    /// Looks at a component, and makes it ready to be called.
    pub(crate) fn new(
        source: &RuleSource,
        limits: Limits,
        bytes: &[u8],
        compiler: &Compiler,
    ) -> Result<Self, LoadError> {
        let (rule, native) = rule(source, limits, bytes, compiler)?;
        let is_shared = compiler.compiles() && compiler.shared().is_some();
        Ok(Self {
            rule,
            native: is_shared.then_some(native),
        })
    }

    /// With data bound to it, by its own names. Data that is bound to the loaded rule of its name comes before this.
    #[must_use]
    pub fn with_data(self, data: DataSource) -> Self {
        Self {
            rule: self.rule.with_data(data),
            ..self
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.rule.name()
    }

    /// SHA-256 of its component, in hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.rule.origin.sha256
    }

    /// The rule as lists show it.
    #[must_use]
    pub fn listed(&self) -> LoadedRule {
        self.rule.listed()
    }

    /// What it says of itself, with the data that it needs and the schema of its configuration.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.rule.description
    }
}

pub(crate) fn is_embedded(name: &str) -> bool {
    EMBEDDED.iter().any(|component| component.name == name)
}

pub(crate) fn embedded_rule(embedded: &Embedded, compiler: &Compiler) -> Result<Rule, LoadError> {
    let engine = engine::engine().map_err(|cause| LoadError::Engine { cause })?;
    // SAFETY: the build script of this crate made the bytes with the same configuration.
    #[expect(unsafe_code, reason = "the bytes stand in this binary")]
    let adopted = unsafe { engine::adopt(engine, embedded.native) };
    let component = match adopted {
        Ok(component) => component,
        Err(error) => made_anew(embedded, compiler, &error)?,
    };
    // A list of 1,000 schedules with their faults takes some 25 million units to put into words.
    let tier = if embedded.name == SERVERBYEONG {
        Tier::Scripted
    } else {
        Tier::Rule
    };
    let surroundings = surroundings(embedded.name, Limits::of(tier));
    let origin = Origin {
        source: "embedded".to_owned(),
        sha256: embedded.sha256.to_owned(),
        tier,
        wasi: false,
        data: BTreeMap::new(),
    };
    Rule::new(engine, &component, surroundings, origin)
}

/// Where the machine code in this program does not fit a processor that the build did not foresee, it costs a moment at
/// the start, and nothing else.
#[cfg(feature = "compiler")]
fn made_anew(
    embedded: &Embedded,
    compiler: &Compiler,
    error: &wasmtime::Error,
) -> Result<Component, LoadError> {
    tracing::warn!(
        rule = embedded.name,
        "the embedded machine code does not fit this machine and is made anew: {error:#}"
    );
    let Embedded {
        name, wasm, sha256, ..
    } = embedded;
    compiled(compiler, name, wasm, sha256, Tier::Rule).map(|(component, _)| component)
}

#[cfg(not(feature = "compiler"))]
fn made_anew(
    embedded: &Embedded,
    _: &Compiler,
    error: &wasmtime::Error,
) -> Result<Component, LoadError> {
    Err(LoadError::Compile {
        name: embedded.name.to_owned(),
        cause: format!("its machine code does not fit this machine: {error:#}"),
    })
}

/// Everything that keeps a component from being loaded, as far as it can be told at once.
pub(crate) fn faults(
    source: &RuleSource,
    limits: Limits,
    bytes: &[u8],
    compiler: &Compiler,
) -> Vec<LoadError> {
    let name = &source.name;
    let too_large = inspect::size(name, bytes, &limits).err();
    let sha256 = hex(&Sha256::digest(bytes));
    let component = inspect::file(name, bytes)
        .and_then(|()| compiled(compiler, name, bytes, &sha256, source.tier));
    let mut faults: Vec<LoadError> = too_large.into_iter().collect();
    match (component, engine::engine()) {
        (Ok((component, _)), Ok(engine)) => {
            faults.extend(inspect::faults(name, &component, engine, source.wasi));
        }
        (Err(fault), _) => faults.push(fault),
        (Ok(_), Err(cause)) => faults.push(LoadError::Engine { cause }),
    }
    if faults.is_empty() {
        faults.extend(rule(source, limits, bytes, compiler).err());
    }
    faults
}

fn rule(
    source: &RuleSource,
    limits: Limits,
    bytes: &[u8],
    compiler: &Compiler,
) -> Result<(Rule, Native), LoadError> {
    let name = &source.name;
    check_name(name)?;
    // A file that was read up to its limit has another digest than the whole of it.
    inspect::size(name, bytes, &limits)?;
    let sha256 = hex(&Sha256::digest(bytes));
    if let Some(expected) = &source.sha256
        && !expected.eq_ignore_ascii_case(&sha256)
    {
        return Err(LoadError::Digest {
            name: name.clone(),
            expected: expected.clone(),
            actual: sha256,
        });
    }
    inspect::file(name, bytes)?;
    let engine = engine::engine().map_err(|cause| LoadError::Engine { cause })?;
    let (component, native) = compiled(compiler, name, bytes, &sha256, source.tier)?;
    let origin = Origin {
        source: source.location.clone(),
        sha256,
        tier: source.tier,
        wasi: source.wasi,
        data: source.data.clone(),
    };
    let rule = Rule::new(engine, &component, surroundings(name, limits), origin)?;
    Ok((rule, native))
}

fn check_name(name: &str) -> Result<(), LoadError> {
    if is_embedded(name) {
        return Err(LoadError::NameTaken {
            name: name.to_owned(),
        });
    }
    let fits = !name.is_empty()
        && name.trim() == name
        && name.chars().count() <= NAME_CHARS
        && !name.chars().any(text::acts);
    if fits {
        return Ok(());
    }
    Err(LoadError::Name {
        shown: text::log_line(&text::shortened(name, NAME_CHARS)),
        limit: NAME_CHARS,
    })
}

/// The component, ready to be linked, and what it was made of: machine code that was kept, or that another host has
/// shared, or that is compiled now.
fn compiled(
    compiler: &Compiler,
    name: &str,
    wasm: &[u8],
    sha256: &str,
    tier: Tier,
) -> Result<(Component, Native), LoadError> {
    let engine = engine::engine().map_err(|cause| LoadError::Engine { cause })?;
    let adopt = |native: &Native| {
        // SAFETY: a `Native` has what `engine::compile` returned, in this process, in a child that is this very program,
        // in an earlier run, or on another host: then it had the mark that only we can make. A file lies where nobody
        // else writes, and is replaced rather than written to.
        #[expect(unsafe_code, reason = "nobody but the compiler makes these bytes")]
        unsafe {
            match native {
                Native::Bytes(bytes) => engine::adopt(engine, bytes),
                Native::File(path) => engine::adopt_file(engine, path),
            }
        }
    };
    if let Some(native) = compiler.kept(sha256) {
        match adopt(&native) {
            Ok(component) => {
                compiler.count_at_hand();
                return Ok((component, native));
            }
            Err(error) => {
                tracing::debug!(rule = name, "{error:#}");
                compiler.forget(sha256);
            }
        }
    }
    if let Some(shared) = compiler.shared() {
        let fetched = shared.read(sha256).and_then(|bytes| {
            let native = Native::new(bytes);
            match adopt(&native) {
                Ok(component) => Ok((component, native)),
                Err(error) => Err(shared.unfit(sha256, format!("{error:#}"))),
            }
        });
        match fetched {
            Ok(fetched) => {
                compiler.count_at_hand();
                return Ok(fetched);
            }
            Err(cause) if !compiler.compiles() => {
                let name = name.to_owned();
                return Err(LoadError::Code { name, cause });
            }
            Err(CodeError::Missing { place, .. }) => {
                tracing::debug!(rule = name, place, "nobody has shared machine code of it");
            }
            Err(cause) => tracing::warn!(rule = name, "it is compiled here: {cause}"),
        }
    }
    let native = compiler.compile(name, wasm, tier)?;
    compiler.keep(sha256, &native);
    // The file rather than the bytes, where it is kept: it need not be in memory.
    let native = compiler.kept(sha256).unwrap_or_else(|| Native::new(native));
    let component = adopt(&native).map_err(|error| LoadError::Compile {
        name: name.to_owned(),
        cause: format!("{error:#}"),
    })?;
    Ok((component, native))
}

fn surroundings(name: &str, limits: Limits) -> Surroundings {
    Surroundings {
        rule: name.into(),
        limits,
        data: DataSource::new(),
        journal: Arc::new(Journal::default()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use crate::{
        mark::{self, MarkKey},
        shared_code::SharedCode,
    };

    use super::*;

    /// One object, whatever its name, under the key that marked it.
    #[derive(Debug)]
    struct Object(Vec<u8>);

    const KEY: [u8; 32] = [3; 32];

    impl SharedCode for Object {
        fn keys(&self) -> Result<Vec<MarkKey>, String> {
            Ok(vec![MarkKey(KEY)])
        }

        fn read(&self, _: &str, _: u64) -> Result<Option<Vec<u8>>, String> {
            Ok(Some(self.0.clone()))
        }

        fn write(&self, _: &str, _: Vec<u8>) -> Result<(), String> {
            Ok(())
        }

        fn place(&self, name: &str) -> String {
            name.to_owned()
        }
    }

    #[test]
    fn what_is_marked_and_no_machine_code_is_refused_and_not_run() {
        let object = Object(MarkKey(KEY).marked("aa", b"no machine code"));
        let compiler = Compiler::absent().with_shared(Arc::new(object));
        let error = compiled(&compiler, "mine", b"", "aa", Tier::Rule).unwrap_err();
        let said = error.to_string();
        assert!(said.contains("does not load"), "{said}");
        assert!(said.contains(&mark::name("aa")), "{said}");
    }
}
