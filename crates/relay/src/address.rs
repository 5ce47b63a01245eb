//! From which address a request comes, also behind proxies.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// A block of addresses, such as `10.0.0.0/8`; a single address is a block of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    network: u128,
    length: u32,
}

/// A text that is no block of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no address and no block of addresses such as 10.0.0.0/8")]
pub struct NoBlock(String);

impl Block {
    /// Whether the address is in the block.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        cut(number(address), self.length) == self.network
    }
}

impl FromStr for Block {
    type Err = NoBlock;

    fn from_str(text: &str) -> Result<Self, NoBlock> {
        let wrong = || NoBlock(text.to_owned());
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        // An IPv4 address is the end of an IPv6 one.
        let (longest, before) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let length = length.unwrap_or(longest);
        if length > longest {
            return Err(wrong());
        }
        let length = length + before;
        Ok(Self { network: cut(number(address), length), length })
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn cut(number: u128, length: u32) -> u128 {
    // A shift by all 128 bits would be none.
    number & u128::MAX.checked_shl(128 - length).unwrap_or(0)
}

/// The address that a request came from, by the peer of the connection and what trusted proxies say in `X-Forwarded-For`.
///
/// The last entries of the header are read first: everything before the first untrusted address is whatever the sender claimed.
#[must_use]
pub fn client(peer: IpAddr, forwarded_for: &[&str], trusted: &[Block]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|block| block.holds(address));
    let mut client = peer;
    let entries = forwarded_for.iter().rev().flat_map(|header| header.rsplit(','));
    for entry in entries {
        if !is_trusted(client) {
            break;
        }
        match entry.trim().parse() {
            Ok(address) => client = address,
            Err(_) => break,
        }
    }
    client.to_canonical()
}

/// What limits count as one: an IPv4 address, or the /64 of an IPv6 one, which is one customer's.
#[must_use]
pub fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(cut(address.to_bits(), 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn blocks(texts: &[&str]) -> Vec<Block> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_block_holds_its_addresses_and_no_others() {
        let block: Block = "10.1.0.0/16".parse().unwrap();
        assert!(block.holds(ip("10.1.255.3")));
        assert!(block.holds(ip("::ffff:10.1.2.3")));
        assert!(!block.holds(ip("10.2.0.1")));
        assert!("127.0.0.1".parse::<Block>().unwrap().holds(ip("127.0.0.1")));
        assert!("2001:db8::/32".parse::<Block>().unwrap().holds(ip("2001:db8:1::1")));
        assert!("0.0.0.0/0".parse::<Block>().unwrap().holds(ip("8.8.8.8")));
        assert!(!"0.0.0.0/0".parse::<Block>().unwrap().holds(ip("2001:db8::1")));
        assert!("::/0".parse::<Block>().unwrap().holds(ip("2001:db8::1")));
        for wrong in ["", "10.0.0.0/33", "10.0.0.0/x", "localhost", "::/129"] {
            assert!(wrong.parse::<Block>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_a_trusted_proxy_says_for_whom_it_asks() {
        let trusted = blocks(&["127.0.0.0/8", "10.0.0.0/8"]);
        let cases: [(&str, &[&str], &str); 7] = [
            ("9.9.9.9", &["1.2.3.4"], "9.9.9.9"),
            ("127.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            ("127.0.0.1", &["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            ("127.0.0.1", &["6.6.6.6", "1.2.3.4, 10.0.0.7"], "1.2.3.4"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["nonsense"], "127.0.0.1"),
            ("::ffff:127.0.0.1", &["2001:db8::1"], "2001:db8::1"),
        ];
        for (peer, header, expected) in cases {
            assert_eq!(client(ip(peer), header, &trusted), ip(expected), "{peer} {header:?}");
        }
    }

    #[test]
    fn one_customer_has_one_address_for_limits() {
        assert_eq!(counted_as(ip("2001:db8::1")), counted_as(ip("2001:db8::2:3")));
        assert_ne!(counted_as(ip("2001:db8::1")), counted_as(ip("2001:db8:0:1::1")));
        assert_eq!(counted_as(ip("::ffff:1.2.3.4")), ip("1.2.3.4"));
    }
}
