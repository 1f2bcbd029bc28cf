//! A message being written, within what a messenger takes.

use reveille_sdk::formatter::{Block, Message};

/// Characters of a body: the host refuses more than 5,000, and the last line says how many are left out.
const BODY_CHARACTERS: usize = 4_000;

/// Characters of a block: the host refuses more than 2,000.
const BLOCK_CHARACTERS: usize = 1_000;

/// Blocks: the host refuses more than 50.
const BLOCKS: usize = 40;

/// Characters of a line, and of a title.
const LINE_CHARACTERS: usize = 400;

/// The bar at the side of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// An answer, or something done.
    Good,
    /// Something to look at, or nothing done.
    Careful,
    /// Something is wrong.
    Bad,
}

/// A message being written.
#[derive(Debug)]
pub(crate) struct Draft {
    tone: Tone,
    lines: Vec<String>,
    blocks: Vec<(String, Vec<String>)>,
}

impl Draft {
    /// One that begins with this line.
    pub(crate) fn new(tone: Tone, line: impl Into<String>) -> Self {
        Self {
            tone,
            lines: vec![line.into()],
            blocks: Vec::new(),
        }
    }

    /// One more line.
    pub(crate) fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// More lines.
    pub(crate) fn lines(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.lines.extend(lines);
        self
    }

    /// A block of lines; none when there are no lines.
    pub(crate) fn block(
        mut self,
        title: impl Into<String>,
        lines: impl IntoIterator<Item = String>,
    ) -> Self {
        let lines: Vec<String> = lines.into_iter().collect();
        if !lines.is_empty() {
            self.blocks.push((title.into(), lines));
        }
        self
    }

    /// The message.
    pub(crate) fn finish(mut self) -> Message {
        let more = self.blocks.len().saturating_sub(BLOCKS);
        self.blocks.truncate(BLOCKS);
        if more > 0 {
            self.lines.push(format!("… {more} more blocks"));
        }
        let colour = match self.tone {
            Tone::Good => "#2E7D32",
            Tone::Careful => "#F9A825",
            Tone::Bad => "#C62828",
        };
        let block = |(title, lines): (String, Vec<String>)| Block {
            title: Some(cut(&title, LINE_CHARACTERS)),
            description: Some(joined(&lines, BLOCK_CHARACTERS)),
            image_url: None,
        };
        Message {
            body: joined(&self.lines, BODY_CHARACTERS),
            connect_color: colour.to_owned(),
            connect_info: self.blocks.into_iter().map(block).collect(),
        }
    }
}

/// As many lines as fit, and how many do not.
fn joined(lines: &[String], characters: usize) -> String {
    let mut text = String::new();
    let mut left = characters;
    for (index, line) in lines.iter().enumerate() {
        let line = cut(line, LINE_CHARACTERS);
        let length = line.chars().count() + 1;
        if length > left {
            text.push_str(&format!("\n… {} more", lines.len() - index));
            break;
        }
        left -= length;
        if index > 0 {
            text.push('\n');
        }
        text.push_str(&line);
    }
    text
}

/// A text of at most so many characters.
fn cut(text: &str, characters: usize) -> String {
    if text.chars().nth(characters).is_none() {
        return text.to_owned();
    }
    let short: String = text.chars().take(characters - 1).collect();
    short + "…"
}
