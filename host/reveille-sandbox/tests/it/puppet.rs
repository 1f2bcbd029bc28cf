//! A rule that answers whatever bytes it is handed: they are its data, and it returns them as its answer.

use crate::guest::Guest;

/// Where an answer stands in the puppet's memory.
const BASE: u32 = 0x20_0000;

/// Most bytes of an answer: what is left of the memory above [`BASE`].
const ROOM: usize = 0x10_0000;

/// Name of the data.
pub(crate) const ANSWER: &str = "answer";

/// The component: it plans, decides and has the words, all of them by what stands in its data.
pub(crate) fn puppet() -> Vec<u8> {
    let answer = format!(
        "(call $read (i32.const 128) (i32.const {}) (i32.const 160))
         (memory.copy (i32.const {BASE}) (i32.load (i32.const 164)) (i32.load (i32.const 168)))
         (i32.const {BASE})",
        ANSWER.len()
    );
    Guest::new()
        .core_imports(
            r#"(import "reveille:rules/data@0.1.0" "read" (func $read (param i32 i32 i32)))"#,
        )
        .memory("64")
        .fields(&format!(r#"(data (i32.const 128) "{ANSWER}")"#))
        .plan(&answer)
        .decide(&answer)
        .format(&answer)
        .build()
}

/// Choices made of bytes; zeros when they are used up.
pub(crate) struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    fn word(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// Seldom true, and never when the bytes are used up.
    fn seldom(&mut self) -> bool {
        self.byte() > 253
    }
}

/// An answer as it stands in memory: nearly what the contract wants, with something wild in it now and then.
pub(crate) struct Answer<'a> {
    choices: Choices<'a>,
    bytes: Vec<u8>,
}

impl<'a> Answer<'a> {
    fn new(choices: Choices<'a>, head: usize) -> Self {
        Self {
            choices,
            bytes: vec![0; head],
        }
    }

    /// A plan, or an error.
    pub(crate) fn plan(choices: Choices<'a>) -> Vec<u8> {
        let mut answer = Self::new(choices, 20);
        if answer.error() {
            return answer.bytes;
        }
        let mut reached = 0_u16;
        answer.list(4, 40, |answer, at| {
            let gap = u16::from(answer.choices.byte() % 64);
            let length = u16::from(answer.choices.byte());
            let (begin, end) = if answer.choices.seldom() {
                let wild = answer.choices.word().to_le_bytes();
                (
                    u16::from_le_bytes([wild[0], wild[1]]),
                    u16::from_le_bytes([wild[2], wild[3]]),
                )
            } else {
                (
                    reached.saturating_add(gap),
                    reached.saturating_add(gap).saturating_add(length),
                )
            };
            reached = end;
            answer.put(at, &begin.to_le_bytes());
            answer.put(at + 2, &end.to_le_bytes());
            answer.tag(at + 4, 3);
            answer.option(at + 8);
            answer.option(at + 20);
            answer.text(at + 32);
        });
        answer.list(12, 8, |answer, at| answer.text(at));
        answer.bytes
    }

    /// Decisions on the servers of these ids, or an error.
    pub(crate) fn decisions(choices: Choices<'a>, ids: &[&str]) -> Vec<u8> {
        let mut answer = Self::new(choices, 20);
        if answer.error() {
            return answer.bytes;
        }
        let mut next = 0;
        let more = usize::from(answer.choices.seldom());
        answer.listed(4, 36, ids.len() + more, |answer, at| {
            if answer.choices.seldom() {
                answer.text(at);
            } else {
                answer.put_text(at, ids.get(next).copied().unwrap_or("another").as_bytes());
            }
            next += 1;
            answer.tag(at + 8, 4);
            answer.text(at + 12);
            let words: [&[u8]; 4] = [b"running", b"stopped", b"any", b"unknown"];
            let word = usize::from(answer.choices.byte() % 5);
            match words.get(word) {
                Some(word) => answer.put_text(at + 20, word),
                None => answer.text(at + 20),
            }
            answer.text(at + 28);
        });
        answer.bytes
    }

    /// A message, or an error.
    pub(crate) fn message(choices: Choices<'a>) -> Vec<u8> {
        let mut answer = Self::new(choices, 28);
        if answer.error() {
            return answer.bytes;
        }
        answer.text(4);
        if answer.choices.seldom() {
            answer.text(12);
        } else {
            answer.put_text(12, b"#FAC11B");
        }
        answer.list(20, 36, |answer, at| {
            for option in [0, 12, 24] {
                answer.option(at + option);
            }
        });
        answer.bytes
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// A discriminant, mostly one of `cases`.
    fn tag(&mut self, at: usize, cases: u8) -> u8 {
        let byte = self.choices.byte();
        let tag = if byte > 253 { byte } else { byte % cases };
        self.put(at, &[tag]);
        tag
    }

    /// Says whether it is to be an error, and writes that.
    fn error(&mut self) -> bool {
        if !self.choices.seldom() {
            return false;
        }
        self.tag(0, 2);
        self.tag(4, 4);
        self.text(8);
        true
    }

    fn option(&mut self, at: usize) {
        let is_there = self.tag(at, 2) != 0;
        if is_there {
            self.text(at + 4);
        }
    }

    /// Elements of `size` bytes each, up to 300, and where they stand written at `at`.
    fn list(&mut self, at: usize, size: usize, element: impl FnMut(&mut Self, usize)) {
        let count = match self.choices.byte() {
            few @ 0..=239 => usize::from(few % 8),
            many => usize::from(many - 239) * 20,
        };
        self.listed(at, size, count, element);
    }

    fn listed(
        &mut self,
        at: usize,
        size: usize,
        count: usize,
        mut element: impl FnMut(&mut Self, usize),
    ) {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let begin = self.bytes.len();
        self.bytes.resize(begin + count * size, 0);
        for index in 0..count {
            element(self, begin + index * size);
        }
        self.slice(at, begin, count);
    }

    /// Some text: a few bytes as they come, or one character many times.
    fn text(&mut self, at: usize) {
        let text = match self.choices.byte() {
            short @ 0..=239 => (0..short % 24)
                .map(|_| match self.choices.byte() {
                    visible @ 0..=250 => b' ' + visible % 95,
                    wild => wild,
                })
                .collect(),
            long => {
                let one: &[u8] = match self.choices.byte() % 4 {
                    0 => b"a",
                    1 => "가".as_bytes(),
                    2 => b"\x1b[2J",
                    _ => "\u{202e}".as_bytes(),
                };
                one.repeat(usize::from(long - 239).pow(3) * 2)
            }
        };
        self.put_text(at, &text);
    }

    fn put_text(&mut self, at: usize, text: &[u8]) {
        let begin = self.bytes.len();
        if begin + text.len() < ROOM {
            self.bytes.extend_from_slice(text);
        }
        self.slice(at, begin, self.bytes.len() - begin);
    }

    /// Where a list or text stands, and how long it is; now and then somewhere else.
    fn slice(&mut self, at: usize, begin: usize, length: usize) {
        let begin = u32::try_from(begin).unwrap_or(u32::MAX);
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        let (pointer, length) = if self.choices.seldom() {
            (self.choices.word(), self.choices.word() % 0x4000)
        } else {
            (BASE + begin, length)
        };
        self.put(at, &pointer.to_le_bytes());
        self.put(at + 4, &length.to_le_bytes());
    }
}
