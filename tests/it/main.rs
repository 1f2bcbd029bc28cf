//! Drives the real binary, over HTTP and on the command line, and holds the components against their libraries.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

mod admin;
mod agreement;
mod authoring;
mod bad_input;
mod chain;
mod chat;
mod compat;
mod component;
mod container;
mod conversation;
mod crash;
mod data;
mod day;
mod desk;
mod docs;
mod evaluate;
mod first_day;
mod hostile;
mod init;
mod keep_until;
mod lean;
mod loading;
mod notices;
mod permissions;
mod picture;
mod plugins;
mod reloading;
mod rule_change;
mod rule_diff;
mod seasons;
mod stopping;
mod team_calendar;
mod templates;
mod terminal;

use reveille_tests::house;
