//! Decimal text to exact number: what fits 36 digits, and nothing with an exponent.

use std::cmp::Ordering;

/// More digits than these are somebody else's.
const MOST_DIGITS: usize = 36;

/// `digits` times ten to the power of minus `scale`; no zeros at the end of the fraction, so equal numbers are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    pub digits: i128,
    pub scale: u32,
}

impl Number {
    /// A whole number.
    pub fn whole(value: i128) -> Number {
        Number { digits: value, scale: 0 }
    }

    /// A JSON number without an exponent; None for minus zero, which Python has two ways of reading.
    pub fn read(text: &str) -> Option<Number> {
        let bytes = text.as_bytes();
        let negative = bytes.first() == Some(&b'-');
        let bytes = if negative { &bytes[1..] } else { bytes };
        let point = bytes.iter().position(|byte| *byte == b'.');
        let (whole, fraction) = match point {
            Some(at) => (&bytes[..at], &bytes[at + 1..]),
            None => (bytes, &bytes[..0]),
        };
        let wrong =
            whole.is_empty() || (whole.len() > 1 && whole[0] == b'0') || (point.is_some() && fraction.is_empty());
        if wrong || whole.len() + fraction.len() > MOST_DIGITS {
            return None;
        }
        let mut digits: i128 = 0;
        if whole.len() + fraction.len() <= 18 {
            let mut short: i64 = 0;
            for byte in whole.iter().chain(fraction) {
                short = short * 10 + i64::from(digit(*byte)?);
            }
            digits = i128::from(short);
        } else {
            for byte in whole.iter().chain(fraction) {
                digits = digits * 10 + i128::from(digit(*byte)?);
            }
        }
        if negative && digits == 0 {
            return None;
        }
        let mut scale = fraction.len() as u32;
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        Some(Number { digits: if negative { -digits } else { digits }, scale })
    }

    /// The digits at a wider scale; None where they do not fit.
    pub fn at(self, scale: u32) -> Option<i128> {
        match scale.checked_sub(self.scale)? {
            0 => Some(self.digits),
            more => self.digits.checked_mul(10i128.checked_pow(more)?),
        }
    }

    /// How two numbers compare; None where that takes more than 128 bits.
    pub fn compare(self, other: Number) -> Option<Ordering> {
        let scale = self.scale.max(other.scale);
        Some(self.at(scale)?.cmp(&other.at(scale)?))
    }

    /// Whether this is a whole multiple of a step, exactly.
    pub fn is_multiple(self, step: Number) -> Option<bool> {
        let scale = self.scale.max(step.scale);
        Some(self.at(scale)?.checked_rem(step.at(scale)?)? == 0)
    }

    /// Whether at most so many digits stand before the point.
    pub fn within(self, whole: u32) -> Option<bool> {
        let Some(end) = 10i128.checked_pow(whole + self.scale) else { return Some(true) };
        Some(self.digits.checked_abs()? < end)
    }

    /// The number in plain notation (`-12.5`), which is what is hashed.
    pub fn write(self, out: &mut Vec<u8>) {
        let mut room = [b'0'; 96];
        let (mut at, mut rest, mut place) = (room.len(), self.digits.unsigned_abs(), 0);
        while rest > 0 || place <= self.scale {
            if place == self.scale && place > 0 {
                at -= 1;
                room[at] = b'.';
            }
            at -= 1;
            if rest <= u128::from(u64::MAX) {
                let short = rest as u64;
                room[at] = b'0' + (short % 10) as u8;
                rest = u128::from(short / 10);
            } else {
                room[at] = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
            place += 1;
        }
        if self.digits < 0 {
            at -= 1;
            room[at] = b'-';
        }
        out.extend_from_slice(&room[at..]);
    }
}

fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}
