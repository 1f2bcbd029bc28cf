//! Components that were built against a published version of the contract, as they were: they load in every later host.

use std::path::Path;

use serde_json::{Value, json};

use crate::house::Place;

/// The components of a version, each with what it does.
const OF_0_1_0: [(&str, &str); 3] = [
    ("periods", "planner"),
    ("transitions", "decider"),
    ("serverbyeong", "formatter"),
];

#[test]
fn components_that_were_built_against_0_1_0_load_and_answer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("compat/0.1.0");
    let place = Place::new();
    for (name, role) in OF_0_1_0 {
        let frozen = folder.join(format!("{name}.wasm")).display().to_string();
        let found: Value =
            serde_json::from_slice(&place.run(&["rule", "check", &frozen, "--json"]).stdout)
                .unwrap();
        assert_eq!(found["faults"], json!([]), "{name}: {found:#}");
        assert_eq!(found["roles"], json!([role]), "{name}");
        assert!(
            found["smoke"][0]["calls"].as_u64() > Some(0),
            "{name}: {found:#}"
        );
    }
}
