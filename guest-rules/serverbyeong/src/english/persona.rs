//! The character in English: `light` opens, `full` also closes. Where Korean is serious, English is too.

use reveille_sdk::{
    formatter::replies::{Announcement, Persona, Reply},
    types::{Turn, Want},
};

use crate::{message::Phrases, servers::makes_working_days};

/// The phrases around `reply`.
pub(super) fn phrases(persona: Persona, reply: &Reply) -> Phrases {
    let (opening, closing) = spoken(reply);
    match persona {
        Persona::Off => Phrases::default(),
        Persona::Light => Phrases {
            opening,
            closing: None,
        },
        Persona::Full => Phrases { opening, closing },
    }
}

fn spoken(reply: &Reply) -> (Option<&'static str>, Option<&'static str>) {
    match reply {
        Reply::Help(_) => (
            Some("Server orderly at your service."),
            Some("One word and I come running."),
        ),
        Reply::Schedules(_) => (
            Some("The duty roster."),
            Some("I keep it in my breast pocket."),
        ),
        Reply::Status(_) => (Some("Roll call."), Some("Standing watch.")),
        Reply::Info(_) => (Some("The order of the day."), Some("I know it by heart.")),
        Reply::Exceptions(_) => (
            Some("The book of exceptions."),
            Some("Kept in my best handwriting."),
        ),
        // What leaves servers on is as serious as what turns them off.
        Reply::ExceptionSet(view) if view.set.action == Turn::Stop && view.set.at.is_none() => {
            (None, None)
        }
        Reply::ExceptionSet(_) => (Some("It is in the book."), Some("Your server orderly.")),
        Reply::ExceptionDeleted(_) => {
            (Some("The book is corrected."), Some("Your server orderly."))
        }
        Reply::Forced(view) => match view.forced.want {
            Want::Run if view.to_change == 0 => (None, None),
            Want::Run => (Some("The bugle has sounded."), Some("Your server orderly.")),
            Want::Stop | Want::Hold => (None, None),
        },
        Reply::Cancelled(_) => (Some("Back to routine."), Some("Your server orderly.")),
        Reply::Extended(_) => (
            Some("The night watch is posted."),
            Some("Your server orderly."),
        ),
        Reply::Why(_) => (
            Some("From the log book."),
            Some("Not a day is missing in it."),
        ),
        Reply::Holidays(_) => (Some("The leave list."), Some("I never forget a day off.")),
        // A day that is worked on after all starts servers.
        Reply::HolidayAdded(view) if makes_working_days(view) => (None, None),
        Reply::HolidayAdded(_) => (
            Some("It is on the leave list."),
            Some("Your server orderly."),
        ),
        Reply::HolidayDeleted(_) => (
            Some("The leave list is corrected."),
            Some("Your server orderly."),
        ),
        Reply::Refused(_) => (None, None),
        Reply::Announced(announcement) => match announcement {
            Announcement::Turned(wave) => match wave.want {
                Want::Run => (Some("Reveille."), Some("Your server orderly.")),
                Want::Stop => (Some("Lights out."), Some("Your server orderly.")),
                Want::Hold => (None, None),
            },
            Announcement::Morning(_) => (Some("Morning roll call."), Some("Your server orderly.")),
            Announcement::Resumed(_) => (Some("Back on duty."), Some("Your server orderly.")),
            Announcement::StopNear(_)
            | Announcement::Stuck(_)
            | Announcement::Failed(_)
            | Announcement::RestartedByProvider(_)
            | Announcement::Held(_)
            | Announcement::GroupOverdue(_)
            | Announcement::RuleTaken(_)
            | Announcement::RuleRejected(_)
            | Announcement::RuleUnreachable(_)
            | Announcement::RuleReachable(_)
            | Announcement::DataStale(_)
            | Announcement::DataFresh(_) => (None, None),
        },
    }
}
