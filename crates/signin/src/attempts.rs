//! Slowing down whoever guesses, without locking anybody out for good.
//!
//! Counted are failures of an account, of a network (an IPv4 address, or the /64 of an IPv6 one), and of the two together. The first few
//! cost nothing; then each makes the next pause twice as long, up to a cap: a minute for an account, since others may guess at it. Whoever
//! signed in lately from a network does not wait there for what others guess elsewhere.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::fading::Fading;

/// How pauses of one kind grow.
#[derive(Clone, Copy)]
struct Growth {
    /// Failures that cost nothing.
    free: u32,
    /// Longest pause, in seconds.
    pause_s_max: u64,
}

/// A person mistypes a few times; a minute keeps guesses at one account to about 1,500 a day, from however many addresses.
const ACCOUNT: Growth = Growth { free: 5, pause_s_max: 60 };

/// One who guesses at one account from one place waits longer than others for him.
const PAIR: Growth = Growth { free: 5, pause_s_max: 15 * 60 };

/// An office shares one address: more mistype there.
const NETWORK: Growth = Growth { free: 20, pause_s_max: 15 * 60 };

/// Keys of each table. One takes about 300 bytes: 20 MB a table if somebody tries.
const KEYS_MAX: usize = 65_536;

/// Failures are forgotten an hour after the last.
const FAILURES_KEPT_US: u64 = 3_600 * 1_000_000;

/// How long a network is known after a sign-in.
const KNOWN_KEPT_US: u64 = 30 * 24 * 3_600 * 1_000_000;

/// Whoever asks too often. Remedy: again after the pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; try again in {} s", left.as_secs())]
pub struct Pause {
    /// How long still, in whole seconds, at least one.
    pub left: Duration,
}

/// Counts attempts. Time is that of [`env::Clock::monotonic_us`].
pub struct Attempts(Mutex<Tables>);

type Pair = (String, Ipv6Addr);

struct Tables {
    accounts: Fading<String, Failures>,
    networks: Fading<Ipv6Addr, Failures>,
    pairs: Fading<Pair, Failures>,
    known: Fading<Pair, ()>,
}

/// Failures of one key, with the time of the last.
#[derive(Clone, Copy, Default)]
struct Failures {
    count: u32,
    last_us: u64,
}

impl Failures {
    fn left_us(self, growth: Growth, now_us: u64) -> u64 {
        let Some(over) = self.count.checked_sub(growth.free) else { return 0 };
        let pause_s = 1_u64.checked_shl(over).map_or(growth.pause_s_max, |pause_s| pause_s.min(growth.pause_s_max));
        (self.last_us + pause_s * 1_000_000).saturating_sub(now_us)
    }
}

impl Default for Attempts {
    fn default() -> Self {
        Self(Mutex::new(Tables {
            accounts: Fading::new(KEYS_MAX, FAILURES_KEPT_US),
            networks: Fading::new(KEYS_MAX, FAILURES_KEPT_US),
            pairs: Fading::new(KEYS_MAX, FAILURES_KEPT_US),
            known: Fading::new(KEYS_MAX, KNOWN_KEPT_US),
        }))
    }
}

impl Attempts {
    /// Begins an attempt at `account` from `address`. It counts as failed until [`Attempts::succeeded`], so that many at once gain nothing.
    ///
    /// `account` is whatever names it, known or not, and short: an e-mail address in lower case.
    ///
    /// # Errors
    /// [`Pause`]; the attempt does not count then.
    pub fn begin(&self, account: &str, address: IpAddr, now_us: u64) -> Result<(), Pause> {
        let network = network(address);
        let pair = (account.to_owned(), network);
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_account = tables.accounts.get(&pair.0, now_us).copied().unwrap_or_default();
        let of_network = tables.networks.get(&network, now_us).copied().unwrap_or_default();
        let of_pair = tables.pairs.get(&pair, now_us).copied().unwrap_or_default();
        let for_account = match tables.known.get(&pair, now_us) {
            Some(()) => 0,
            None => of_account.left_us(ACCOUNT, now_us),
        };
        let left_us = for_account.max(of_network.left_us(NETWORK, now_us)).max(of_pair.left_us(PAIR, now_us));
        if left_us > 0 {
            return Err(Pause { left: Duration::from_secs(left_us.div_ceil(1_000_000)) });
        }
        let more = |failures: Failures| Failures { count: failures.count.saturating_add(1), last_us: now_us };
        tables.accounts.put(pair.0.clone(), more(of_account), now_us);
        tables.networks.put(network, more(of_network), now_us);
        tables.pairs.put(pair, more(of_pair), now_us);
        Ok(())
    }

    /// The attempt begun was a sign-in: the account's failures are forgotten, and those of the network are one less.
    pub fn succeeded(&self, account: &str, address: IpAddr, now_us: u64) {
        let network = network(address);
        let pair = (account.to_owned(), network);
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tables.accounts.remove(&pair.0);
        tables.pairs.remove(&pair);
        if let Some(failures) = tables.networks.remove(&network) {
            let fewer = Failures { count: failures.count.saturating_sub(1), ..failures };
            tables.networks.put(network, fewer, now_us);
        }
        tables.known.put(pair, (), now_us);
    }
}

/// What counts as one place: an IPv4 address (also where it is mapped into IPv6), or the 64 bits that a provider hands to one customer.
pub(crate) fn network(address: IpAddr) -> Ipv6Addr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND_US: u64 = 1_000_000;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Fails until it is told to wait; how long.
    fn guess(attempts: &Attempts, account: &str, address: &str, now_us: u64) -> (u32, u64) {
        let failed = (0..100).take_while(|_| attempts.begin(account, ip(address), now_us).is_ok()).count();
        let pause = attempts.begin(account, ip(address), now_us).unwrap_err();
        (u32::try_from(failed).unwrap(), pause.left.as_secs())
    }

    #[test]
    fn pauses_double_up_to_their_cap() {
        let attempts = Attempts::default();
        let mut now_us = 0;
        let mut pauses = Vec::new();
        for _ in 0..14 {
            let (_, pause_s) = guess(&attempts, "ada@example.org", "192.0.2.1", now_us);
            pauses.push(pause_s);
            now_us += pause_s * SECOND_US;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
    }

    #[test]
    fn from_many_addresses_an_account_is_never_shut_for_longer_than_a_minute() {
        let attempts = Attempts::default();
        let mut now_us = 0;
        for host in 0..500_u32 {
            let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(0x0a00_0000 + host));
            while let Err(pause) = attempts.begin("ada@example.org", address, now_us) {
                assert!(pause.left <= Duration::from_secs(60));
                now_us += u64::try_from(pause.left.as_micros()).unwrap();
            }
        }
        assert!(now_us > 400 * 60 * SECOND_US, "guesses are a minute apart: {now_us}");
    }

    #[test]
    fn who_signed_in_from_a_network_does_not_wait_there_for_what_others_guess() {
        let attempts = Attempts::default();
        attempts.begin("ada@example.org", ip("198.51.100.7"), 0).unwrap();
        attempts.succeeded("ada@example.org", ip("198.51.100.7"), 0);
        guess(&attempts, "ada@example.org", "192.0.2.1", SECOND_US);
        assert!(attempts.begin("ada@example.org", ip("203.0.113.9"), SECOND_US).is_err());
        assert!(attempts.begin("ada@example.org", ip("198.51.100.7"), SECOND_US).is_ok());
    }

    #[test]
    fn one_network_is_slowed_down_over_all_accounts_and_another_is_not() {
        let attempts = Attempts::default();
        let tried = (0..100).take_while(|n| attempts.begin(&format!("{n}@example.org"), ip("192.0.2.1"), 0).is_ok());
        assert_eq!(tried.count(), 20);
        assert!(attempts.begin("ada@example.org", ip("::ffff:192.0.2.1"), 0).is_err());
        assert!(attempts.begin("ada@example.org", ip("192.0.2.2"), 0).is_ok());
        for host in 0..20 {
            attempts.begin(&format!("{host}@example.org"), ip(&format!("2001:db8::{host:x}")), 0).unwrap();
        }
        assert!(attempts.begin("new@example.org", ip("2001:db8::ffff:1"), 0).is_err());
        assert!(attempts.begin("new@example.org", ip("2001:db8:0:1::1"), 0).is_ok());
    }

    #[test]
    fn a_sign_in_or_an_hour_forgets_failures() {
        let attempts = Attempts::default();
        for _ in 0..4 {
            attempts.begin("ada@example.org", ip("192.0.2.1"), 0).unwrap();
        }
        attempts.begin("ada@example.org", ip("192.0.2.1"), 0).unwrap();
        attempts.succeeded("ada@example.org", ip("192.0.2.1"), 0);
        assert_eq!(guess(&attempts, "ada@example.org", "192.0.2.1", 0), (5, 1));
        assert_eq!(guess(&attempts, "ada@example.org", "192.0.2.1", FAILURES_KEPT_US), (5, 1));
    }

    #[test]
    fn memory_is_bounded_whoever_comes() {
        let attempts = Attempts::default();
        for host in 0..=u32::try_from(KEYS_MAX).unwrap() {
            let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(host));
            attempts.begin(&host.to_string(), address, u64::from(host)).unwrap();
        }
        let tables = attempts.0.lock().unwrap();
        assert_eq!((tables.accounts.len(), tables.networks.len(), tables.pairs.len()), (KEYS_MAX, KEYS_MAX, KEYS_MAX));
    }
}
