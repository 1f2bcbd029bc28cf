//! Where the program listens.

use std::net::SocketAddr;

use serde::Deserialize;

use super::{ConfigError, Variables, env, given::Given};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawHttp {
    listen: Option<String>,
    admin: Option<String>,
}

/// The addresses of the program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addresses {
    pub(super) listen: SocketAddr,
    pub(super) admin: Option<SocketAddr>,
}

impl RawHttp {
    pub(super) fn check(self, variables: Variables<'_>) -> Result<Addresses, ConfigError> {
        let listen = Given::find(variables, env::ENV_LISTEN, "http.listen", self.listen)
            .unwrap_or_else(|| Given::new("http.listen", "127.0.0.1:8080"));
        let admin = Given::find(variables, env::ENV_ADMIN, "http.admin", self.admin)
            .filter(|admin| !admin.value().is_empty());
        let address = |given: &Given, example: &str| {
            given.value().parse::<SocketAddr>().map_err(|_| {
                given.wrong(format!("write an address and a port, such as `{example}`"))
            })
        };
        let listening = address(&listen, "127.0.0.1:8080")?;
        let Some(given) = admin else {
            return Ok(Addresses {
                listen: listening,
                admin: None,
            });
        };
        let admin = address(&given, "127.0.0.1:9090")?;
        if admin == listening && admin.port() != 0 {
            return Err(given.wrong(
                "the webhook has this address, and what operators see is not for everyone who reaches that; \
                 write another port, such as `127.0.0.1:9090`",
            ));
        }
        Ok(Addresses {
            listen: listening,
            admin: Some(admin),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn check(listen: Option<&str>, admin: Option<&str>) -> Result<Addresses, String> {
        let raw = RawHttp {
            listen: listen.map(str::to_owned),
            admin: admin.map(str::to_owned),
        };
        raw.check(&|_| None).map_err(|error| error.to_string())
    }

    #[test]
    fn operators_have_no_address_unless_they_are_given_one() {
        assert_eq!(check(None, None).unwrap().admin, None);
        assert_eq!(check(None, Some("")).unwrap().admin, None);
        let given = check(None, Some("127.0.0.1:9090")).unwrap();
        assert_eq!(given.admin, Some("127.0.0.1:9090".parse().unwrap()));
    }

    #[test]
    fn the_address_of_operators_is_never_that_of_the_webhook() {
        let error = check(None, Some("127.0.0.1:8080")).unwrap_err();
        assert!(
            error.contains("http.admin") && error.contains("another port"),
            "{error}"
        );
        // Two ports that the system chooses differ.
        check(Some("127.0.0.1:0"), Some("127.0.0.1:0")).unwrap();
    }

    #[test]
    fn what_is_no_address_is_told_with_one() {
        let error = check(None, Some("9090")).unwrap_err();
        assert!(error.contains("`9090`: write an address"), "{error}");
    }
}
