//! YAML to nodes. Aliases, tags and several documents are refused: definitions need none of them, and aliases can
//! make a small file endless.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::Number;

use super::node::{Entry, MAX_DEPTH, Node, NodeValue, SyntaxError};

/// Reads a YAML document.
pub(super) fn read(text: &str) -> Result<Node, SyntaxError> {
    let mut events = Events {
        parser: Parser::new_from_str(text),
    };
    let mut root = None;
    loop {
        let (event, span) = events.next()?;
        match event {
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
            Event::StreamEnd => break,
            Event::Alias(_)
            | Event::Scalar(..)
            | Event::SequenceStart(..)
            | Event::SequenceEnd
            | Event::MappingStart(..)
            | Event::MappingEnd => {
                if root.is_some() {
                    return Err(error(
                        span,
                        "a second document begins here; write one document",
                    ));
                }
                root = Some(events.node(event, span, 0)?);
            }
        }
    }
    Ok(root.unwrap_or(Node {
        line: 1,
        value: NodeValue::Map(Vec::new()),
    }))
}

struct Events<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
}

impl<'a> Events<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), SyntaxError> {
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(fault)) => Err(SyntaxError {
                line: fault.marker().line(),
                message: fault.info().to_owned(),
            }),
            None => Err(SyntaxError {
                line: 1,
                message: String::from("the document does not end"),
            }),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, SyntaxError> {
        if depth > MAX_DEPTH {
            return Err(error(span, "values are nested too deeply"));
        }
        let line = span.start.line();
        let value = match event {
            Event::Scalar(text, style, _, None) => scalar(&text, style),
            Event::SequenceStart(_, None) => {
                let mut nodes = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, span) => nodes.push(self.node(event, span, depth + 1)?),
                    }
                }
                NodeValue::List(nodes)
            }
            Event::MappingStart(_, None) => NodeValue::Map(self.entries(depth)?),
            Event::Alias(_) => {
                return Err(error(
                    span,
                    "aliases (`*name`) are not read; write the value out",
                ));
            }
            Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) => {
                return Err(error(
                    span,
                    "tags (`!name`) are not read; write the plain value",
                ));
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => return Err(error(span, "a value is missing here")),
        };
        Ok(Node { line, value })
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<Entry>, SyntaxError> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Ok(entries),
                Event::Scalar(text, _, _, None) => text.into_owned(),
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd
                | Event::Alias(_)
                | Event::Scalar(..)
                | Event::SequenceStart(..)
                | Event::SequenceEnd
                | Event::MappingStart(..) => {
                    return Err(error(span, "a key must be a plain text"));
                }
            };
            let line = span.start.line();
            if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                let message = format!(
                    "`{key}` stands here a second time; the first is in line {}",
                    first.line
                );
                return Err(SyntaxError { line, message });
            }
            let (event, span) = self.next()?;
            let node = self.node(event, span, depth + 1)?;
            entries.push(Entry { key, line, node });
        }
    }
}

/// Plain scalars by YAML 1.2's core schema; `09:30` and `no` are texts.
fn scalar(text: &str, style: ScalarStyle) -> NodeValue {
    if style != ScalarStyle::Plain {
        return NodeValue::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeValue::Null,
        "true" | "True" | "TRUE" => NodeValue::Bool(true),
        "false" | "False" | "FALSE" => NodeValue::Bool(false),
        _ => number(text).map_or_else(|| NodeValue::Text(text.to_owned()), NodeValue::Number),
    }
}

/// What would be written otherwise stays as it was typed: `007`, `0900`, `1.10`.
fn number(text: &str) -> Option<Number> {
    if text == "0" || !text.starts_with('0') {
        if let Ok(whole) = text.parse::<i64>() {
            return Some(whole.into());
        }
        if let Ok(whole) = text.parse::<u64>() {
            return Some(whole.into());
        }
    }
    let fraction = Number::from_f64(text.parse().ok()?)?;
    (fraction.to_string() == text).then_some(fraction)
}

fn error(span: Span, message: &str) -> SyntaxError {
    SyntaxError {
        line: span.start.line(),
        message: message.to_owned(),
    }
}
