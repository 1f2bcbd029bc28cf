//! A place where hosts share machine code, in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use reveille_sandbox::{Compiler, MarkKey, Sandbox, SharedCode};

/// Objects by name, and the keys that whoever looks at it has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bucket {
    pub(crate) objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    keys: Vec<&'static str>,
    is_down: bool,
}

pub(crate) const KEY: &str = "1111111111111111111111111111111111111111111111111111111111111111";
pub(crate) const OTHER_KEY: &str =
    "2222222222222222222222222222222222222222222222222222222222222222";

impl Bucket {
    pub(crate) fn new() -> Self {
        Self::default().seen_with(&[KEY])
    }

    /// The same objects, for a host that has these keys.
    pub(crate) fn seen_with(&self, keys: &[&'static str]) -> Self {
        Self {
            keys: keys.to_vec(),
            ..self.clone()
        }
    }

    /// The same objects, out of reach.
    pub(crate) fn down(&self) -> Self {
        Self {
            is_down: true,
            ..self.clone()
        }
    }

    /// A host that compiles, and shares what it is told to.
    pub(crate) fn maker(&self) -> Sandbox {
        self.sandbox(Compiler::in_process())
    }

    /// A host without a compiler.
    pub(crate) fn lean(&self) -> Sandbox {
        self.sandbox(Compiler::absent())
    }

    fn sandbox(&self, compiler: Compiler) -> Sandbox {
        Sandbox::with_compiler(compiler.with_shared(Arc::new(self.clone()))).unwrap()
    }
}

impl SharedCode for Bucket {
    fn keys(&self) -> Result<Vec<MarkKey>, String> {
        if self.keys.is_empty() {
            return Err("the key is not there".to_owned());
        }
        let keys = self.keys.iter().map(|key| MarkKey::read(key));
        keys.collect::<Result<_, _>>()
            .map_err(|error| error.to_string())
    }

    fn read(&self, name: &str, most_bytes: u64) -> Result<Option<Vec<u8>>, String> {
        if self.is_down {
            return Err(format!("`{}` does not answer", self.place(name)));
        }
        let object = self.objects.lock().unwrap().get(name).cloned();
        assert!(
            object
                .as_ref()
                .is_none_or(|it| it.len() as u64 <= most_bytes)
        );
        Ok(object)
    }

    fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), String> {
        if self.is_down {
            return Err(format!("`{}` cannot be written", self.place(name)));
        }
        self.objects.lock().unwrap().insert(name.to_owned(), bytes);
        Ok(())
    }

    fn place(&self, name: &str) -> String {
        format!("s3://code/{name}")
    }
}
