//! The planner of `plugins/office-hours-by-season`, a component of Python, set up as its README says.

use serde_json::Value;

use crate::{
    component::{compiled, component},
    house::Place,
};

#[test]
fn servers_run_at_the_hours_of_each_season() {
    let place = Place::new();
    let readme = include_str!("../../plugins/office-hours-by-season/README.md");
    let (_, after) = readme.split_once("```yaml\n").unwrap();
    let definitions = after.split_once("```").unwrap().0;
    place.file("definitions.yaml", definitions);
    std::fs::write(
        place.folder.path().join("office-hours-by-season.wasm"),
        component("office-hours-by-season"),
    )
    .unwrap();
    // What is compiled once is kept for every test.
    place.file(
        "reveille.toml",
        &format!(
            "[sandbox]\ncache = '{}'\n[[rules]]\nname = \"office-hours-by-season\"\n\
             location = \"office-hours-by-season.wasm\"\ntier = \"heavy\"\n",
            compiled().display()
        ),
    );
    let config = ["--config", "reveille.toml"];
    place.ok(&[&config[..], &["apply", "--file", "definitions.yaml"]].concat());

    let arguments = [
        "plan",
        "Development",
        "--from",
        "2027-06-01",
        "--days",
        "366",
        "--json",
    ];
    let year = place.ok(&[&config[..], &arguments].concat());
    let year: Vec<Value> = serde_json::from_str(&year).unwrap();
    for (date, hours) in [
        ("2027-06-02", &[(480, 1020)][..]),
        ("2027-06-04", &[(480, 900)]),
        ("2027-06-05", &[]),
        ("2027-10-06", &[(540, 1080)]),
        ("2027-12-31", &[(600, 1140)]),
        ("2028-01-03", &[(600, 1140)]),
    ] {
        let day = year.iter().find(|day| day["date"] == date).unwrap();
        let runs: Vec<(u64, u64)> = day["spans"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|span| span["want"] == "run")
            .map(|span| {
                let minute = |key: &str| span[key].as_u64().unwrap();
                (minute("begin"), minute("end"))
            })
            .collect();
        assert_eq!(runs, hours, "{date}");
    }

    let wrong = definitions.replace("to: \"03-15\"", "to: \"06-15\"");
    place.file("wrong.yaml", &wrong);
    let said = place.fails(&[&config[..], &["apply", "--file", "wrong.yaml"]].concat());
    assert!(
        said.contains("the seasons `summer` and `winter` overlap"),
        "{said}"
    );
}
