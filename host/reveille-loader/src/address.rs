//! Which addresses a fetch may connect to. Whoever can write a location, or answer one with a redirect, must not reach
//! what only this machine can reach: its neighbours, itself, or the place where a cloud hands out credentials.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whose an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Anybody's: it is routed on the internet.
    Public,
    /// This machine's, or that of a network behind a router.
    Private,
    /// Nobody's who publishes anything: link-local addresses with the metadata services of clouds, and what is reserved.
    Nobody,
}

/// Whose `address` is, after the registries of special addresses (IANA, "IPv4 Special-Purpose Address Registry" and "IPv6
/// Special-Purpose Address Registry", read 2026-11-23).
pub(crate) fn owner(address: IpAddr) -> Owner {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => of_v6(address),
    }
}

fn of_v4(address: Ipv4Addr) -> Owner {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (10 | 127, _, _) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => Owner::Private,
        (0 | 224..=255, _, _)
        | (169, 254, _)
        | (192, 0, 0 | 2)
        | (192, 88, 99)
        | (198, 18..=19, _)
        | (198, 51, 100)
        | (203, 0, 113) => Owner::Nobody,
        _ => Owner::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Owner {
    if let Some(inner) = address.to_ipv4_mapped() {
        return of_v4(inner);
    }
    let segments = address.segments();
    let [.., high, low] = segments;
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        of_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 1] => Owner::Private,
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) end at an IPv4 address.
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => inner(high, low),
        [0x2002, high, low, ..] => inner(high, low),
        // Where EC2 has its metadata, credentials and time: fd00:ec2::/32.
        [0xfd00, 0x0ec2, ..] => Owner::Nobody,
        [0xfc00..=0xfdff, ..] => Owner::Private,
        // Teredo and other protocols, and documentation.
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Owner::Nobody,
        [0x2000..=0x3fff, ..] => Owner::Public,
        _ => Owner::Nobody,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[track_caller]
    fn check(addresses: &[&str], expected: Owner) {
        for text in addresses {
            assert_eq!(owner(text.parse().unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn what_the_internet_routes_is_public() {
        check(
            &[
                "1.1.1.1",
                "52.95.110.1",
                "100.63.255.255",
                "100.128.0.0",
                "172.15.0.1",
                "172.32.0.1",
                "192.0.1.1",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001::1",
                "::ffff:1.1.1.1",
                "64:ff9b::101:101",
                "2002:101:101::1",
            ],
            Owner::Public,
        );
    }

    #[test]
    fn what_is_behind_a_router_or_in_this_machine_is_private() {
        check(
            &[
                "127.0.0.1",
                "127.255.255.254",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.0.1",
                "100.64.0.1",
                "100.127.255.255",
                "::1",
                "fc00::1",
                "fd12:3456::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "64:ff9b::a00:1",
                "2002:7f00:1::1",
            ],
            Owner::Private,
        );
    }

    #[test]
    fn metadata_services_and_reserved_addresses_are_nobodys() {
        check(
            &[
                "169.254.169.254",
                "169.254.170.2",
                "::ffff:169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "fd00:ec2::254",
                "fe80::1",
                "0.0.0.0",
                "0.1.2.3",
                "224.0.0.1",
                "255.255.255.255",
                "240.0.0.1",
                "192.0.2.1",
                "192.0.0.192",
                "198.18.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "::",
                "::127.0.0.1",
                "ff02::1",
                "fec0::1",
                "2001::1",
                "2001:db8::1",
                "3fff::1",
                "100::1",
                "64:ff9b:1::a9fe:a9fe",
            ],
            Owner::Nobody,
        );
    }
}
