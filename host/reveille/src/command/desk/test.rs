//! `reveille rule test`: the cases of a file, through the component.

use std::{fmt::Write as _, path::Path, process::ExitCode};

use anyhow::Context as _;
use reveille_core::model::DayPlan;

use crate::{
    cli::RuleFile,
    house::print,
    terminal,
    trial::{Failed, Trial, run_cases},
};

pub(super) fn run(rule: &RuleFile, path: &Path) -> anyhow::Result<ExitCode> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the cases `{shown}` cannot be read"))?;
    let cases = reveille_cases::read(&text).map_err(|faults| complaint(path, &faults))?;
    let trial = Trial::open(rule)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let failed = run_cases(&trial, &cases, folder).map_err(|faults| complaint(path, &faults))?;

    let mut text = String::new();
    for failed in &failed {
        describe(failed, &mut text);
    }
    let mut names: Vec<&str> = failed.iter().map(|failed| failed.case.as_str()).collect();
    names.dedup();
    let all = count(cases.len(), "case");
    if names.is_empty() {
        let _ = writeln!(text, "{all} of {shown}, all as they should be");
    } else {
        let _ = writeln!(
            text,
            "{all} of {shown}, {} not as they should be",
            names.len()
        );
    }
    print(&text);
    Ok(if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn complaint(path: &Path, faults: &[String]) -> anyhow::Error {
    anyhow::anyhow!(
        "the cases `{}` cannot be run:\n  {}",
        path.display(),
        faults.join("\n  ")
    )
}

/// What was expected and what came, and for days both as bars with a mark under what differs.
fn describe(failed: &Failed, text: &mut String) {
    let date = failed
        .date
        .map(|date| format!(", {date}"))
        .unwrap_or_default();
    let _ = writeln!(text, "{}{date}", failed.case);
    for line in failed.difference.to_string().lines() {
        let _ = writeln!(text, "  {line}");
    }
    if let Some((expected, got)) = &failed.days {
        let colours = terminal::colours();
        let bar = |plan: &DayPlan| terminal::draw_day(plan, colours);
        let _ = writeln!(text, "  {:9}{}", "", terminal::day_scale());
        let _ = writeln!(text, "  expected {}", bar(expected));
        let _ = writeln!(text, "  got      {}", bar(got));
        let (expected, got) = (
            terminal::draw_day(expected, false),
            terminal::draw_day(got, false),
        );
        let marks: String = expected
            .chars()
            .zip(got.chars())
            .map(|(expected, got)| if expected == got { ' ' } else { '^' })
            .collect();
        if !marks.trim().is_empty() {
            let _ = writeln!(text, "  {:9}{}", "", marks.trim_end());
        }
    }
    text.push('\n');
}

/// `1 case`, `2 cases`.
fn count(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
