//! A chat drawn as JANDI shows one, for the documents: out of what was really said and answered.

use std::fmt::Write as _;

use reveille_tests::jandi::Shown;
use serde_json::Value;

/// Pixels.
const WIDTH: u32 = 720;
const MARGIN: u32 = 24;
const LINE: u32 = 20;
/// What a line of a card may take, as [`width`] has it.
const CARD_TEXT: u32 = WIDTH - 2 * MARGIN - 36;

const STYLE: &str = "text{font-family:\"Apple SD Gothic Neo\",\"Malgun Gothic\",\"Noto Sans CJK KR\",\"Noto Sans KR\",\
    sans-serif}.name{font-size:14px;font-weight:700;fill:#222}.time{font-size:12px;fill:#888}.msg{font-size:14px;\
    fill:#222}.title{font-size:14px;font-weight:700;fill:#222}.said{fill:#e6f4ff}.card{fill:#fff;stroke:#ddd}";

/// A chat that is drawn from above.
pub struct Picture {
    label: String,
    drawn: String,
    y: u32,
}

impl Picture {
    /// Nothing yet; `label` is for those who do not see it.
    pub fn new(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            drawn: String::new(),
            y: 0,
        }
    }

    /// What a person says at `time`.
    pub fn said(&mut self, time: &str, words: &str) {
        self.name("하나", time);
        let (y, wide) = (self.y, width(words) + 28);
        let _ = writeln!(
            self.drawn,
            "<rect x=\"{MARGIN}\" y=\"{y}\" width=\"{wide}\" height=\"32\" rx=\"6\" class=\"said\"/>\n\
             <text x=\"38\" y=\"{}\" class=\"msg\">{}</text>",
            y + 21,
            escaped(words)
        );
        self.y += 32;
    }

    /// What Reveille shows at `time`.
    pub fn shown(&mut self, time: &str, message: &Shown) {
        self.name("서버병", time);
        let mut lines: Vec<(&str, String)> = Vec::new();
        lines.extend(wrapped(&message.body).map(|line| ("msg", line)));
        for block in &message.blocks {
            let part = |name: &str| block[name].as_str().unwrap_or_default().to_owned();
            lines.extend(wrapped(&part("title")).map(|line| ("title", line)));
            lines.extend(wrapped(&part("description")).map(|line| ("msg", line)));
        }
        let (y, colour) = (self.y, &message.colour);
        let tall = 16 + LINE * u32::try_from(lines.len()).unwrap();
        let _ = writeln!(
            self.drawn,
            "<rect x=\"{MARGIN}\" y=\"{y}\" width=\"{}\" height=\"{tall}\" rx=\"4\" class=\"card\"/><rect x=\"{MARGIN}\" \
             y=\"{y}\" width=\"5\" height=\"{tall}\" fill=\"{colour}\"/>",
            WIDTH - 2 * MARGIN
        );
        for (number, (class, line)) in (1..).zip(&lines) {
            let _ = writeln!(
                self.drawn,
                "<text x=\"42\" y=\"{}\" class=\"{class}\">{}</text>",
                y + 2 + LINE * number,
                escaped(line)
            );
        }
        self.y += tall;
    }

    fn name(&mut self, name: &str, time: &str) {
        self.y += 34;
        let _ = writeln!(
            self.drawn,
            "<text x=\"{MARGIN}\" y=\"{}\" class=\"name\">{name}</text>\n<text x=\"{}\" y=\"{}\" class=\"time\">{time}</text>",
            self.y,
            MARGIN + width(name) + 10,
            self.y
        );
        self.y += 8;
    }

    /// The whole as SVG.
    pub fn svg(&self) -> String {
        let tall = self.y + MARGIN;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{tall}\" viewBox=\"0 0 {WIDTH} {tall}\" \
             role=\"img\" aria-label=\"{}\">\n<style>{STYLE}</style>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#f7f8fa\"/>\n{}</svg>\n",
            escaped(&self.label),
            self.drawn
        )
    }
}

/// An answer as a message that was shown.
pub fn answered(body: &str) -> Shown {
    let message: Value = serde_json::from_str(body).unwrap();
    Shown {
        body: message["body"].as_str().unwrap().to_owned(),
        colour: message["connectColor"].as_str().unwrap().to_owned(),
        blocks: message["connectInfo"]
            .as_array()
            .cloned()
            .unwrap_or_default(),
    }
}

/// About as wide as fonts draw it in pixels: Hangul fills its square.
fn width(text: &str) -> u32 {
    text.chars()
        .map(|letter| if letter.is_ascii() { 8 } else { 13 })
        .sum()
}

/// The lines of a text, none of them wider than a card.
fn wrapped(text: &str) -> impl Iterator<Item = String> {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut begun = String::new();
        for word in line.split(' ') {
            if !begun.is_empty() && width(&begun) + 8 + width(word) > CARD_TEXT {
                lines.push(std::mem::take(&mut begun));
            }
            if !begun.is_empty() {
                begun.push(' ');
            }
            begun.push_str(word);
        }
        lines.push(begun);
    }
    lines.into_iter()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
