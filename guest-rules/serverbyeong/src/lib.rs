//! 서버병: the words of the house, in Korean and in English.
//!
//! The host hands over what there is to say as data, and every sentence that people read is made here. Korean is
//! written first; English says the same facts. The character shows only in an opening or closing phrase of good news;
//! numbers, warnings, confirmations and refusals are plain.

mod decided;
mod english;
mod korean;
mod message;
mod order;
mod reason;
mod servers;
mod text;
mod version;
mod when;

use reveille_sdk::{
    about,
    formatter::{
        self, Message,
        replies::{Context, Reply},
    },
    types::RuleError,
};

/// Puts a reply into the words of the context's language.
///
/// Locales that begin with `ko` get Korean; every other one gets English.
///
/// # Errors
/// Never: every reply has words. The type is the contract's.
///
/// # Example
/// ```
/// use reveille_sdk::formatter::replies::{Context, Persona, Refusal, Reply};
/// use reveille_sdk::types::{Date, Moment};
///
/// let context = Context {
///     locale: "ko-KR".to_owned(),
///     persona: Persona::Light,
///     keyword: "서버".to_owned(),
///     timezone: "Asia/Seoul".to_owned(),
///     now: Moment { date: Date { year: 2026, month: 11, day: 22 }, minute: 600 },
///     schedule: None,
/// };
/// let reply = Reply::Refused(Refusal::PastDate(Date { year: 2026, month: 11, day: 20 }));
/// let message = serverbyeong::format(&context, &reply)?;
/// assert!(message.body.starts_with("이미 지난 날짜입니다: 2026-11-20(금)"));
/// # Ok::<(), reveille_sdk::types::RuleError>(())
/// ```
pub fn format(context: &Context, reply: &Reply) -> Result<Message, RuleError> {
    let language = context.locale.split(['-', '_']).next().unwrap_or_default();
    Ok(if language.eq_ignore_ascii_case("ko") {
        korean::message(context, reply)
    } else {
        english::message(context, reply)
    })
}

/// The component.
#[derive(Debug, Clone, Copy)]
pub struct Serverbyeong;

impl about::Guest for Serverbyeong {
    fn describe() -> about::Description {
        about::Description {
            name: "serverbyeong".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Says everything in Korean or English, with as much of 서버병 as you like."
                .to_owned(),
            needs: about::Needs {
                tags: Vec::new(),
                data: Vec::new(),
                clock: false,
            },
            config_schema: None,
        }
    }

    /// There is nothing to configure: locale and persona come with every reply.
    fn check_config(_config: String) -> Result<(), RuleError> {
        Ok(())
    }
}

impl formatter::Guest for Serverbyeong {
    fn format(context: Context, reply: Reply) -> Result<Message, RuleError> {
        format(&context, &reply)
    }
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_formatter!(Serverbyeong);
