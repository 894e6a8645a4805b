//! Numbers as text at the cost of their digits: the benchmark's generator runs on the cores that it measures.

/// A number's digits, without an allocation.
pub(super) struct Digits {
    text: [u8; 20],
    start: usize,
}

impl Digits {
    /// In base ten, with zeroes in front up to `width`.
    pub(super) fn decimal(number: u64, width: usize) -> Self {
        Self::new(number, width, 10)
    }

    /// In base sixteen, with zeroes in front up to `width`.
    pub(super) fn hexadecimal(number: u64, width: usize) -> Self {
        Self::new(number, width, 16)
    }

    fn new(mut number: u64, width: usize, base: u64) -> Self {
        let mut text = [b'0'; 20];
        let mut start = 20;
        for (at, digit) in text.iter_mut().enumerate().rev() {
            if number == 0 && start <= 20 - width.max(1) {
                break;
            }
            *digit = b"0123456789abcdef".get((number % base) as usize).copied().unwrap_or_default();
            number /= base;
            start = at;
        }
        Self { text, start }
    }

    pub(super) fn as_str(&self) -> &str {
        self.text.get(self.start..).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Digits;

    #[test]
    fn digits_are_those_of_the_standard_library() {
        for (number, width) in [(0, 1), (0, 2), (7, 2), (10, 1), (123, 2), (86_399, 6), (u64::MAX, 1)] {
            assert_eq!(Digits::decimal(number, width).as_str(), format!("{number:0width$}"));
        }
        for (number, width) in [(0, 8), (0xab, 8), (0xdead_beef_0123, 8), (u64::MAX, 16)] {
            assert_eq!(Digits::hexadecimal(number, width).as_str(), format!("{number:0width$x}"));
        }
    }
}
