//! A message as it grows: lines, blocks, a colour, and the messenger's limits, whatever goes in.

use reveille_sdk::formatter::{Block, Message};

use crate::text::composed;

/// Most characters of a body. JANDI refuses more than 5,000 and does not say of which unit (2026-11); Unicode scalar
/// values with a tenth to spare fit every reading that is likely.
pub(crate) const BODY_CHARS: usize = 4_500;
/// Most characters of a block's description: what a phone shows without folding.
pub(crate) const DESCRIPTION_CHARS: usize = 1_000;
/// Most characters of a block's title: two lines on a phone.
pub(crate) const TITLE_CHARS: usize = 120;
/// Most blocks of a message; the contract's limit.
pub(crate) const BLOCKS: usize = 50;
/// Most characters of a list of names inside a sentence.
const NAMES_CHARS: usize = 300;

/// The bar at a message's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// All is as it should be.
    Ok,
    /// Somebody should look: an order out of the plan, a problem, a command that was not carried out.
    Warning,
    /// The fault is ours.
    Error,
}

impl Colour {
    fn hex(self) -> &'static str {
        match self {
            Self::Ok => "#1DDB16",
            Self::Warning => "#FFBB00",
            Self::Error => "#FF0000",
        }
    }
}

/// What a language says in place of what does not fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct More {
    /// In place of so many lines.
    pub(crate) lines: fn(usize) -> String,
    /// In place of so many blocks.
    pub(crate) blocks: fn(usize) -> String,
}

/// What the character says around the facts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Phrases {
    /// In front of the first line.
    pub(crate) opening: Option<&'static str>,
    /// After the last.
    pub(crate) closing: Option<&'static str>,
}

/// A message that is being written.
#[derive(Debug)]
pub(crate) struct Draft {
    colour: Colour,
    lines: Vec<String>,
    blocks: Vec<Block>,
}

impl Draft {
    /// A message that begins with `line`.
    pub(crate) fn new(colour: Colour, line: impl Into<String>) -> Self {
        Self {
            colour,
            lines: vec![line.into()],
            blocks: Vec::new(),
        }
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// Adds lines.
    pub(crate) fn lines(&mut self, lines: impl IntoIterator<Item = String>) {
        self.lines.extend(lines);
    }

    /// Adds a block of lines; `more` is what is said in place of those that do not fit.
    pub(crate) fn block(
        &mut self,
        title: impl Into<String>,
        lines: &[String],
        more: fn(usize) -> String,
    ) {
        self.blocks.push(Block {
            title: Some(cut(title.into(), TITLE_CHARS)),
            description: (!lines.is_empty()).then(|| capped(lines, DESCRIPTION_CHARS, more)),
            image_url: None,
        });
    }

    /// Adds a block of lines, unless there are none.
    pub(crate) fn block_of_any(
        &mut self,
        title: impl Into<String>,
        lines: &[String],
        more: fn(usize) -> String,
    ) {
        if !lines.is_empty() {
            self.block(title, lines, more);
        }
    }

    /// The message within the limits. `phrases` are left out of everything that is not plain good news.
    pub(crate) fn finish(mut self, phrases: Phrases, more: More) -> Message {
        let Phrases { opening, closing } = if self.colour == Colour::Ok {
            phrases
        } else {
            Phrases::default()
        };
        if let (Some(opening), Some(first)) = (opening, self.lines.first_mut()) {
            first.insert(0, ' ');
            first.insert_str(0, opening);
        }
        let closing_chars = closing.map_or(0, |closing| closing.chars().count() + 1);
        let mut body = capped(&self.lines, BODY_CHARS - closing_chars, more.lines);
        if let Some(closing) = closing {
            body.push('\n');
            body.push_str(closing);
        }
        if self.blocks.len() > BLOCKS {
            let left_out = self.blocks.len() - (BLOCKS - 1);
            self.blocks.truncate(BLOCKS - 1);
            self.blocks.push(Block {
                title: Some((more.blocks)(left_out)),
                description: None,
                image_url: None,
            });
        }
        for block in &mut self.blocks {
            block.title = block.title.take().map(settled);
            block.description = block.description.take().map(settled);
        }
        Message {
            body: settled(body),
            connect_color: self.colour.hex().to_owned(),
            connect_info: self.blocks,
        }
    }
}

/// Names in a row, those that do not fit as `more`.
pub(crate) fn names(names: &[String], more: fn(usize) -> String) -> String {
    joined(names, ", ", NAMES_CHARS, " ", more)
}

/// Names one after the other, in the order in which they turn.
pub(crate) fn sequence(names: &[String], more: fn(usize) -> String) -> String {
    joined(names, " → ", NAMES_CHARS, " ", more)
}

/// Lines under each other, those that do not fit as `more`.
fn capped(lines: &[String], max_chars: usize, more: fn(usize) -> String) -> String {
    joined(lines, "\n", max_chars, "\n", more)
}

/// `parts` with `separator` between them in at most `max_chars`; `more`, after `before_more`, in place of the rest.
fn joined(
    parts: &[String],
    separator: &str,
    max_chars: usize,
    before_more: &str,
    more: fn(usize) -> String,
) -> String {
    let mut text = String::new();
    let mut chars = 0;
    for (index, part) in parts.iter().enumerate() {
        let left_out = parts.len() - index;
        let separator = if index == 0 { "" } else { separator };
        let with_part = chars + separator.chars().count() + part.chars().count();
        // Room for what stands in place of the parts after this one is kept free.
        let reserve = if left_out == 1 {
            0
        } else {
            before_more.chars().count() + more(left_out - 1).chars().count()
        };
        if with_part + reserve > max_chars {
            let shown = usize::from(index == 0);
            if index == 0 {
                text = cut(part.clone(), max_chars - reserve);
            }
            if left_out > shown {
                text.push_str(before_more);
                text.push_str(&more(left_out - shown));
            }
            return text;
        }
        text.push_str(separator);
        text.push_str(part);
        chars = with_part;
    }
    text
}

/// `text`, cut after `max_chars`.
fn cut(mut text: String, max_chars: usize) -> String {
    // A byte is at least a character's part, so that short text needs no counting.
    if text.len() > max_chars
        && let Some((end, _)) = text.char_indices().nth(max_chars.saturating_sub(1))
        && text[end..].chars().nth(1).is_some()
    {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Pieces that are composed each may still compose with each other.
fn settled(text: String) -> String {
    match composed(&text) {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(composed) => composed,
    }
}

#[cfg(test)]
mod tests {
    use super::{BODY_CHARS, Colour, Draft, More, Phrases, capped, cut, names};

    fn more(count: usize) -> String {
        format!("+{count}")
    }

    const MORE: More = More {
        lines: more,
        blocks: more,
    };

    fn parts(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("n{index:03}")).collect()
    }

    #[test]
    fn lines_that_fit_exactly_are_all_kept() {
        assert_eq!(capped(&parts(2), 9, more), "n000\nn001");
        assert_eq!(capped(&parts(2), 8, more), "n000\n+1");
    }

    #[test]
    fn lines_that_do_not_fit_are_counted() {
        assert_eq!(capped(&parts(12), 14, more), "n000\nn001\n+10");
    }

    #[test]
    fn a_line_longer_than_everything_is_cut() {
        assert_eq!(cut("가나다라".to_owned(), 3), "가나…");
        assert_eq!(cut("가나다".to_owned(), 3), "가나다");
    }

    #[test]
    fn names_end_with_how_many_more_there_are() {
        let text = names(&parts(100), more);
        assert!(text.ends_with("n048 +51"), "{text}");
    }

    #[test]
    fn a_message_keeps_to_its_limits_with_its_closing() {
        let mut draft = Draft::new(Colour::Ok, "first");
        draft.lines(parts(5_000));
        let phrases = Phrases {
            opening: Some("Hear:"),
            closing: Some("Over."),
        };
        let message = draft.finish(phrases, MORE);
        assert!(message.body.starts_with("Hear: first\n"));
        assert!(message.body.ends_with("\nOver."));
        assert!(message.body.chars().count() <= BODY_CHARS);
    }

    #[test]
    fn the_character_is_silent_in_warnings() {
        let phrases = Phrases {
            opening: Some("Hear:"),
            closing: Some("Over."),
        };
        let message = Draft::new(Colour::Warning, "first").finish(phrases, MORE);
        assert_eq!(message.body, "first");
    }

    #[test]
    fn blocks_that_are_too_many_are_counted_in_the_last() {
        let mut draft = Draft::new(Colour::Ok, "first");
        for _ in 0..60 {
            draft.block("title", &[], more);
        }
        let message = draft.finish(Phrases::default(), MORE);
        assert_eq!(message.connect_info.len(), 50);
        assert_eq!(message.connect_info[49].title.as_deref(), Some("+11"));
    }
}
