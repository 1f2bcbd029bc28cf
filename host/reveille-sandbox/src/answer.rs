//! What a component answers is hostile until it is looked at: text loses what acts, everything else must keep to the
//! contract or the call has failed.

use reveille_core::model::{FailureKind, reply::Message};

use crate::{
    bindings::{exports::reveille::rules::about, reveille::rules::types::RuleError},
    fault::Fault,
    rule::Description,
    text,
};

/// Most characters of a rule's own error.
const ERROR_CHARS: usize = 500;
/// Most characters of a message's body, as JANDI has it.
const BODY_CHARS: usize = 5_000;
/// Most blocks of a message.
const BLOCKS: usize = 50;
/// Most characters of a block.
const BLOCK_CHARS: usize = 2_000;
/// Most characters of a name that a rule gives itself.
const NAME_CHARS: usize = 64;
/// Most characters of a rule's summary.
const SUMMARY_CHARS: usize = 200;
/// Most tags or data that a rule may need, and most characters of each; AWS has 50 tags of 128 characters.
const NEEDS: usize = 50;
const NEED_CHARS: usize = 128;

/// An error that the rule itself answered.
pub(crate) fn rule_error(error: RuleError) -> Fault {
    let (about, said) = match error {
        RuleError::InvalidConfig(said) => ("its configuration cannot be used: ", said),
        RuleError::MissingData(said) => ("it lacks data: ", said),
        RuleError::Unsupported(said) => ("it does not do this: ", said),
        RuleError::Failed(said) => ("", said),
    };
    let said = text::line(text::shortened(&said, ERROR_CHARS).into_owned());
    Fault::new(FailureKind::Rule, format!("{about}{said}"))
}

/// What a rule says of itself, or what is wrong with it.
pub(crate) fn description(described: about::Description) -> Result<Description, String> {
    let about::Description {
        name,
        version,
        summary,
        needs,
        config_schema,
    } = described;
    let is_word = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    if name.is_empty()
        || name.len() > NAME_CHARS
        || !name
            .split('-')
            .all(|word| !word.is_empty() && word.chars().all(is_word))
    {
        return Err(format!(
            "the name `{}`; lower-case words joined by `-`, at most {NAME_CHARS} characters, are allowed",
            text::log_line(&text::shortened(&name, NAME_CHARS))
        ));
    }
    if !is_semver(&version) {
        return Err(format!(
            "the version `{}`; three numbers, as in `1.0.0`, are asked for",
            text::log_line(&text::shortened(&version, NAME_CHARS))
        ));
    }
    if summary.chars().count() > SUMMARY_CHARS {
        return Err(format!("a summary of over {SUMMARY_CHARS} characters"));
    }
    for needed in [&needs.tags, &needs.data] {
        if needed.len() > NEEDS || needed.iter().any(|need| need.chars().count() > NEED_CHARS) {
            return Err(format!(
                "over {NEEDS} tags or data that it needs, or one of over {NEED_CHARS} characters"
            ));
        }
    }
    Ok(Description {
        version,
        summary: text::line(summary),
        tags: needs.tags,
        data: needs.data,
        clock: needs.clock,
        config_schema,
    })
}

fn is_semver(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    version.len() <= NAME_CHARS
        && version.is_ascii()
        && !version.chars().any(char::is_control)
        && numbers.len() == 3
        && numbers
            .iter()
            .all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The message without what acts; an error says which limit of the messenger it breaks.
pub(crate) fn message(message: Message) -> Result<Message, String> {
    let clean = |text: Option<String>| text.map(text::lines);
    let message = Message {
        body: text::lines(message.body),
        connect_color: message.connect_color,
        connect_info: message
            .connect_info
            .into_iter()
            .map(|mut block| {
                block.title = clean(block.title);
                block.description = clean(block.description);
                block.image_url = block.image_url.map(text::line);
                block
            })
            .collect(),
    };
    let body = message.body.chars().count();
    if body > BODY_CHARS {
        return Err(format!(
            "the message has {body} characters; at most {} are allowed",
            text::grouped(BODY_CHARS as u64)
        ));
    }
    if message.connect_info.len() > BLOCKS {
        return Err(format!(
            "the message has {} blocks; at most {BLOCKS} are allowed",
            message.connect_info.len()
        ));
    }
    for block in &message.connect_info {
        let parts = [&block.title, &block.description, &block.image_url];
        let chars: usize = parts
            .into_iter()
            .flatten()
            .map(|part| part.chars().count())
            .sum();
        if chars > BLOCK_CHARS {
            return Err(format!(
                "a block of the message has {chars} characters; at most {} are allowed",
                text::grouped(BLOCK_CHARS as u64)
            ));
        }
        if let Some(url) = &block.image_url
            && !url.starts_with("https://")
        {
            return Err("an image of the message is not at an https:// address".to_owned());
        }
    }
    let digits = message.connect_color.strip_prefix('#');
    if !digits.is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    }) {
        return Err(format!(
            "the colour `{}` is not of the form #RRGGBB",
            text::log_line(&text::shortened(&message.connect_color, 20))
        ));
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reveille_core::model::reply::Block;

    fn said(body: &str, color: &str, blocks: usize) -> Message {
        Message {
            body: body.to_owned(),
            connect_color: color.to_owned(),
            connect_info: vec![Block::default(); blocks],
        }
    }

    #[track_caller]
    fn refused(given: Message, why: &str) {
        let what = message(given).err();
        assert!(
            what.as_ref().is_some_and(|what| what.contains(why)),
            "{what:?}"
        );
    }

    #[test]
    fn a_message_within_the_limits_passes_without_what_acts() {
        let passed = message(said("줄\n하나\u{1b}[2J", "#0aB9ff", 50));
        assert_eq!(
            passed.map(|message| message.body),
            Ok("줄\n하나[2J".to_owned())
        );
    }

    #[test]
    fn a_body_of_over_5_000_characters_is_refused() {
        refused(said(&"가".repeat(5_001), "#000000", 0), "5001 characters");
    }

    #[test]
    fn more_than_fifty_blocks_are_refused() {
        refused(said("", "#000000", 51), "51 blocks");
    }

    #[test]
    fn a_colour_that_is_none_is_refused() {
        refused(said("", "red", 0), "`red`");
        refused(said("", "#00000g", 0), "#RRGGBB");
    }

    #[test]
    fn a_block_of_over_2_000_characters_is_refused() {
        let mut long = said("", "#000000", 1);
        long.connect_info[0].title = Some("나".repeat(1_001));
        long.connect_info[0].description = Some("나".repeat(1_000));
        refused(long, "2001 characters");
    }

    #[test]
    fn versions_are_three_numbers() {
        assert!(is_semver("0.1.0"));
        assert!(is_semver("1.2.3-beta+5"));
        assert!(!is_semver("1.2"));
        assert!(!is_semver("one.2.3"));
    }
}
