//! What is said, word for word: `tests/golden/<case>.txt`.
//!
//! `REVEILLE_GOLDEN=write cargo test -p serverbyeong` writes the files anew; read the difference before you keep it.

use std::{collections::BTreeSet, fmt::Write, fs, path::PathBuf};

use reveille_sdk::formatter::replies::{Persona, Reply};
use serverbyeong::format;

use crate::cases::{all, context};

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told to write; a rule may not"
)]
fn every_reply_says_what_its_golden_file_says() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let write = std::env::var_os("REVEILLE_GOLDEN").is_some_and(|value| value == "write");
    let mut differing = Vec::new();
    let mut expected_files = BTreeSet::new();
    for (name, reply) in all() {
        let file = folder.join(format!("{name}.txt"));
        let text = rendered(&reply);
        assert!(
            expected_files.insert(file.clone()),
            "two cases are called {name}"
        );
        if write {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, text).unwrap();
        } else if fs::read_to_string(&file).unwrap_or_default() != text {
            differing.push(format!("{name}:\n{text}"));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert!(
            expected_files.contains(&path),
            "{} belongs to no case",
            path.display()
        );
    }
}

/// The reply in both languages. Levels of the character that say the same stand together, and blocks, in which it
/// never shows, stand once.
fn rendered(reply: &Reply) -> String {
    let mut text = String::new();
    for locale in ["ko", "en"] {
        let plain = format(&context(locale, Persona::Off), reply).unwrap();
        let mut bodies = vec![("off".to_owned(), plain.body.clone())];
        for (level, persona) in [("light", Persona::Light), ("full", Persona::Full)] {
            let message = format(&context(locale, persona), reply).unwrap();
            assert_eq!(message.connect_color, plain.connect_color);
            assert_eq!(message.connect_info, plain.connect_info);
            match bodies.iter_mut().find(|(_, body)| *body == message.body) {
                Some((levels, _)) => levels.extend([" ", level]),
                None => bodies.push((level.to_owned(), message.body)),
            }
        }
        writeln!(text, "=== {locale} {}", plain.connect_color).unwrap();
        for (levels, body) in bodies {
            writeln!(text, "--- body: {levels}\n{body}").unwrap();
        }
        for block in &plain.connect_info {
            assert_eq!(block.image_url, None);
            let title = block.title.as_deref().unwrap_or_default();
            writeln!(text, "--- block: {title}").unwrap();
            if let Some(description) = &block.description {
                writeln!(text, "{description}").unwrap();
            }
        }
    }
    text
}
