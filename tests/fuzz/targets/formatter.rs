//! Any reply has words in both languages, and they keep to the messenger's limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reveille_fuzz::Shape;
use reveille_sdk::formatter::{
    Message,
    replies::{Context, Reply},
};
use unicode_normalization::is_nfc;

const WORDS: &[&str] = &[
    "개발",
    "web-1",
    "web-10",
    "rds",
    "하나",
    "period office-hours",
    "exception by 하나: 배포",
    "override_status",
    "start: period a",
    "enforced, was stopped by hand: ",
    ", as t3.small",
    "stop again after a failure",
    "ko",
    "en",
    "ko-KR",
    "Asia/Seoul",
    "서버",
    "\n",
    "\r\n",
    "\t",
    "\u{7f}",
    "\u{202e}",
    "\u{200b}",
    "\u{1100}",
    "\u{1161}",
    "\u{11a8}",
    "e\u{301}",
    "[",
    "](",
    ")",
    "*",
    "_",
    "`",
    " ",
    "길고 긴 ",
    "",
    "를",
    "a",
    "🙏",
    "\u{fb2c}",
    "\u{345}",
    "\u{0344}",
    "http://x",
];

fuzz_target!(|bytes: &[u8]| {
    let mut shape = Shape::new(bytes, WORDS);
    let (Some(context), Some(reply)) = (shape.value::<Context>(), shape.value::<Reply>()) else {
        return;
    };
    for locale in ["ko-KR", "en", &context.locale] {
        let context = Context {
            locale: locale.into(),
            ..context.clone()
        };
        check(serverbyeong::format(&context, &reply).expect("every reply has words"));
    }
});

fn check(message: Message) {
    let Message {
        body,
        connect_color,
        connect_info,
    } = message;
    assert!(!body.is_empty());
    assert!(connect_color.len() == 7 && connect_color.starts_with('#'));
    assert!(connect_info.len() <= 50, "{} blocks", connect_info.len());
    check_text(&body, 4_500);
    for block in connect_info {
        let title = block.title.unwrap_or_default();
        assert!(!title.is_empty() && !title.contains('\n'), "{title:?}");
        check_text(&title, 120);
        check_text(&block.description.unwrap_or_default(), 1_000);
    }
}

#[track_caller]
fn check_text(text: &str, longest: usize) {
    assert!(
        text.chars().count() <= longest,
        "{} of {longest} characters",
        text.chars().count()
    );
    assert!(is_nfc(text), "not composed: {text:?}");
    assert!(!text.contains("]("), "a link: {text:?}");
    assert!(
        !text.chars().any(|char| char.is_control() && char != '\n'),
        "a control character: {text:?}"
    );
}
