//! The few texts that are read out of an answer of a query service.

use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};

/// Deepest nesting that is read: AWS's answers are at most seven deep.
const DEEPEST: usize = 16;

/// Texts by name.
pub(crate) type Texts = Vec<(String, String)>;

/// The texts of all elements of one of these `names`, in the order of the document. An element of the name `group`
/// begins another list of texts; the first list has what stands outside of any.
///
/// # Errors
/// When `text` is no document, or is nested deeper than [`DEEPEST`].
pub(crate) fn texts(text: &str, group: &str, names: &[&str]) -> Result<Vec<Texts>, XmlDecodeError> {
    let mut document = Document::new(text);
    let mut root = document.root_element()?;
    let mut lists = vec![Texts::new()];
    read(&mut root, group, names, 0, 0, &mut lists)?;
    Ok(lists)
}

/// The first text of this `name` in `texts`.
pub(crate) fn text<'a>(texts: &'a Texts, name: &str) -> Option<&'a str> {
    texts
        .iter()
        .find(|(named, _)| named == name)
        .map(|(_, text)| text.as_str())
}

fn read(
    element: &mut ScopedDecoder<'_, '_>,
    group: &str,
    names: &[&str],
    list: usize,
    depth: usize,
    lists: &mut Vec<Texts>,
) -> Result<(), XmlDecodeError> {
    if depth > DEEPEST {
        return Err(XmlDecodeError::custom("nested too deep"));
    }
    while let Some(mut child) = element.next_tag() {
        let name = child.start_el().local().to_owned();
        if names.contains(&name.as_str()) {
            let text = try_data(&mut child)?.into_owned();
            if let Some(list) = lists.get_mut(list) {
                list.push((name, text));
            }
        } else if name == group {
            lists.push(Texts::new());
            let list = lists.len() - 1;
            read(&mut child, group, names, list, depth + 1, lists)?;
        } else {
            read(&mut child, group, names, list, depth + 1, lists)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn what_stands_outside_of_groups_comes_first() {
        let lists = texts(
            "<R><S><T><member><A>a&amp;b</A><D><A>x</A></D><B>1</B></member><member><A>c</A></member></T><M>more</M></S></R>",
            "member",
            &["A", "M"],
        )
        .unwrap();
        assert_eq!(
            lists,
            [
                vec![("M".into(), "more".into())],
                vec![("A".into(), "a&b".into()), ("A".into(), "x".into())],
                vec![("A".into(), "c".into())],
            ]
        );
    }

    #[test]
    fn what_is_no_document_is_an_error() {
        for broken in ["", "no", "{\"a\": 1}"] {
            assert!(texts(broken, "member", &["A"]).is_err(), "{broken}");
        }
    }

    #[test]
    fn nesting_without_end_is_an_error() {
        let deep = "<a>".repeat(10_000);
        assert!(texts(&deep, "member", &["A"]).is_err());
    }
}
