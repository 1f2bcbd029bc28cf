//! What wit-bindgen makes of the contract, one module for each interface that a component may export. The macros of
//! [`crate`] put together those that a role needs; the encoder unites their worlds.

#![allow(missing_docs, unsafe_code, unreachable_pub, reason = "generated")]
#![allow(clippy::all, clippy::restriction, reason = "generated")]

pub mod about {
    wit_bindgen::generate!({
        inline: "
            package reveille:sdk;
            world about-part {
                import reveille:rules/log@0.1.0;
                import reveille:rules/data@0.1.0;
                export reveille:rules/about@0.1.0;
            }
        ",
        path: "../../wit",
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "reveille_sdk::bindings::about",
        export_macro_name: "export_about_part",
        additional_derives: [PartialEq, Eq, Clone, Hash, serde::Serialize, serde::Deserialize],
    });
}

pub mod planner {
    wit_bindgen::generate!({
        inline: "
            package reveille:sdk;
            world planner-part {
                export reveille:rules/planner@0.1.0;
            }
        ",
        path: "../../wit",
        with: { "reveille:rules/types@0.1.0": crate::bindings::about::reveille::rules::types },
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "reveille_sdk::bindings::planner",
        export_macro_name: "export_planner_part",
        additional_derives: [PartialEq, Eq, Clone, Hash, serde::Serialize, serde::Deserialize],
    });
}

pub mod decider {
    wit_bindgen::generate!({
        inline: "
            package reveille:sdk;
            world decider-part {
                export reveille:rules/decider@0.1.0;
            }
        ",
        path: "../../wit",
        with: { "reveille:rules/types@0.1.0": crate::bindings::about::reveille::rules::types },
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "reveille_sdk::bindings::decider",
        export_macro_name: "export_decider_part",
        additional_derives: [PartialEq, Eq, Clone, Hash, serde::Serialize, serde::Deserialize],
    });
}

pub mod formatter {
    wit_bindgen::generate!({
        inline: "
            package reveille:sdk;
            world formatter-part {
                export reveille:rules/formatter@0.1.0;
            }
        ",
        path: "../../wit",
        with: { "reveille:rules/types@0.1.0": crate::bindings::about::reveille::rules::types },
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "reveille_sdk::bindings::formatter",
        export_macro_name: "export_formatter_part",
        additional_derives: [PartialEq, Eq, Clone, Hash, serde::Serialize, serde::Deserialize],
    });
}
