//! How a location is named to people.

/// A location without what is secret in it: user, password, query and fragment. A path stays as it is.
#[must_use]
pub fn shown(location: &str) -> String {
    let Some((scheme, rest)) = location.split_once("://") else {
        return location.to_owned();
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let end_of_host = rest.find(['/', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end_of_host);
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(location: &str, expected: &str) {
        assert_eq!(shown(location), expected);
    }

    #[test]
    fn what_is_secret_in_a_location_is_not_shown() {
        check(
            "https://hana:hush@example.com:8443/a/b.ics?key=hush#hush",
            "https://example.com:8443/a/b.ics",
        );
        check("https://a@b:hush@example.com", "https://example.com");
        check("https://example.com?key=hush@x", "https://example.com");
        check("ftp://hush@example.com/x@y", "ftp://example.com/x@y");
        check("s3://bucket/key", "s3://bucket/key");
    }

    #[test]
    fn a_path_is_shown_as_it_is() {
        check("rules/kr?.wasm", "rules/kr?.wasm");
        check("/var/lib/x@y#z", "/var/lib/x@y#z");
    }
}
