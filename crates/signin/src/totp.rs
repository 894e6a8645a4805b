//! One-time codes of an authenticator: RFC 6238 with SHA-1, six digits and steps of 30 seconds, as every authenticator has them.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Random bytes of a secret: as many as the hash has. Source: RFC 4226 §4, R6.
const SECRET_BYTES: usize = 20;

const STEP_S: u64 = 30;

/// Steps that a phone's clock may be off, either way. Source: RFC 6238 §5.2.
const STEPS_OFF_MAX: u64 = 1;

const DIGITS: usize = 6;

/// A second factor: what server and authenticator share.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Totp([u8; SECRET_BYTES]);

/// Why a code is not taken. Remedy: the next one that the authenticator shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TotpError {
    /// It is not the code of this time.
    #[error("this is not the code that the authenticator shows now")]
    Wrong,
    /// It, or a later one, was used before.
    #[error("this code was used already; wait for the next one")]
    Used,
}

impl Totp {
    /// A new secret.
    #[must_use]
    pub fn new(random: &dyn env::Random) -> Self {
        let mut bytes = [0; SECRET_BYTES];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// The secret as somebody types it into an authenticator: 32 letters of base 32.
    #[must_use]
    pub fn secret(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The same as a link that authenticators read from a QR code. Source: Google's Key Uri Format.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (percent(issuer), percent(account));
        format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", self.secret())
    }

    /// The step whose code this is. Keep it as `last_step`: no step is good twice, nor one before it.
    ///
    /// Cost: three HMACs, whatever is given.
    ///
    /// # Errors
    /// [`TotpError`].
    pub fn check(&self, code: &str, last_step: Option<u64>, now_us: i64) -> Result<u64, TotpError> {
        let typed: Vec<u8> = code.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let now = u64::try_from(now_us).unwrap_or_default() / 1_000_000 / STEP_S;
        let mut fitting = None;
        for step in now.saturating_sub(STEPS_OFF_MAX)..=now + STEPS_OFF_MAX {
            let is_same: bool = self.code(step).as_bytes().ct_eq(&typed).into();
            fitting = if is_same { Some(step) } else { fitting };
        }
        let step = fitting.ok_or(TotpError::Wrong)?;
        if last_step.is_some_and(|last| step <= last) { Err(TotpError::Used) } else { Ok(step) }
    }

    /// Source: RFC 4226 §5.3, RFC 6238 §4.
    fn code(&self, step: u64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).unwrap_or_else(|_| panic!("HMAC takes keys of any length"));
        mac.update(&step.to_be_bytes());
        let digest: [u8; 20] = mac.finalize().into_bytes().into();
        let at = usize::from(digest.last().copied().unwrap_or_default() & 0xf);
        let four = digest.get(at..at + 4).and_then(|four| four.try_into().ok()).unwrap_or_default();
        let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 10_u32.pow(6);
        format!("{number:0DIGITS$}")
    }
}

fn percent(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

impl std::fmt::Debug for Totp {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Totp(…)")
    }
}

impl From<Totp> for String {
    fn from(totp: Totp) -> Self {
        totp.secret()
    }
}

impl TryFrom<String> for Totp {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let bytes = BASE32_NOPAD.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("a secret of one-time codes is 32 letters of base 32")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND_US: i64 = 1_000_000;

    fn totp() -> Totp {
        Totp(*b"12345678901234567890")
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B, the last six of its eight digits.
        for (time_s, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(totp().check(code, None, time_s * SECOND_US), Ok(time_s as u64 / STEP_S), "{time_s}");
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off_and_no_more() {
        let now_s = 1_234_567_890;
        let step = now_s as u64 / STEP_S;
        for (off, is_taken) in [(-2_i64, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = totp().code(step.checked_add_signed(off).unwrap());
            assert_eq!(totp().check(&code, None, now_s * SECOND_US).is_ok(), is_taken, "{off}");
        }
    }

    #[test]
    fn no_code_is_good_twice_nor_after_a_later_one() {
        let now_us = 1_234_567_890 * SECOND_US;
        let step = totp().check(&totp().code(1_234_567_890 / STEP_S), None, now_us).unwrap();
        assert_eq!(totp().check(&totp().code(step), Some(step), now_us), Err(TotpError::Used));
        assert_eq!(totp().check(&totp().code(step - 1), Some(step), now_us), Err(TotpError::Used));
        assert_eq!(totp().check(&totp().code(step + 1), Some(step), now_us), Ok(step + 1));
    }

    #[test]
    fn spaces_are_nothing_and_other_texts_are_no_code() {
        let now_us = 59 * SECOND_US;
        assert!(totp().check(" 287 082 ", None, now_us).is_ok());
        for text in ["", "28708", "2870820", "abcdef", "２８７０８２"] {
            assert_eq!(totp().check(text, None, now_us), Err(TotpError::Wrong), "{text:?}");
        }
    }

    #[test]
    fn the_link_names_issuer_and_account_and_the_secret_comes_back() {
        let uri = totp().uri("Audit log of Acme", "ada@example.org");
        assert_eq!(
            uri,
            "otpauth://totp/Audit%20log%20of%20Acme:ada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Audit%20log%20of%20Acme"
        );
        assert_eq!(Totp::try_from(totp().secret()), Ok(totp()));
    }
}
