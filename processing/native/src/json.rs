//! Bytes to JSON tokens, strictly (RFC 8259). None is "not mine": the other reader says what is wrong, if anything.

use std::borrow::Cow;

/// A place in the text of one event.
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// None where the bytes are no UTF-8.
    pub fn new(bytes: &'a [u8]) -> Option<Cursor<'a>> {
        Some(Cursor { text: std::str::from_utf8(bytes).ok()?, at: 0 })
    }

    /// The next byte that is no white space, not taken yet.
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                found => return found.copied(),
            }
        }
    }

    /// Take a byte that must come next.
    pub fn take(&mut self, wanted: u8) -> Option<()> {
        self.takes(wanted).then_some(())
    }

    /// Take a byte if it comes next.
    pub fn takes(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Take a word such as `null`; what follows it is found out by whoever reads on.
    pub fn word(&mut self, wanted: &str) -> Option<()> {
        self.peek()?;
        self.text.as_bytes()[self.at..].starts_with(wanted.as_bytes()).then(|| self.at += wanted.len())
    }

    /// Whether nothing follows.
    pub fn ends(&mut self) -> bool {
        self.peek().is_none()
    }

    /// The text of a number, as far as it can be one.
    pub fn number(&mut self) -> Option<&'a str> {
        self.peek()?;
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte)).count();
        let found = &self.text[self.at..self.at + length];
        self.at += length;
        Some(found)
    }

    /// The name of a member: without escapes.
    pub fn name(&mut self) -> Option<&'a str> {
        match self.string()? {
            Cow::Borrowed(name) => Some(name),
            Cow::Owned(_) => None,
        }
    }

    /// A string; a copy of it only where it has escapes.
    pub fn string(&mut self) -> Option<Cow<'a, str>> {
        self.take(b'"')?;
        let start = self.at;
        self.at = special(self.text.as_bytes(), self.at);
        match self.text.as_bytes().get(self.at)? {
            b'"' => {}
            b'\\' => return self.escaped(start),
            _ => return None,
        }
        let found = &self.text[start..self.at];
        self.at += 1;
        Some(Cow::Borrowed(found))
    }

    fn escaped(&mut self, mut start: usize) -> Option<Cow<'a, str>> {
        let mut made = String::with_capacity(2 * (self.at - start) + 32);
        loop {
            made.push_str(&self.text[start..self.at]);
            match self.text.as_bytes().get(self.at)? {
                b'"' => break,
                b'\\' => made.push(self.escape()?),
                _ => return None,
            }
            start = self.at;
            self.at = special(self.text.as_bytes(), self.at);
        }
        self.at += 1;
        Some(Cow::Owned(made))
    }

    fn escape(&mut self) -> Option<char> {
        let letter = *self.text.as_bytes().get(self.at + 1)?;
        self.at += 2;
        Some(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unit(),
            _ => return None,
        })
    }

    /// One `\u` escape, or the two of a pair; None for half of a pair.
    fn unit(&mut self) -> Option<char> {
        let first = self.hexadecimal()?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(first);
        }
        let rest = self.text.as_bytes().get(self.at..self.at + 2)?;
        if first >= 0xdc00 || rest != b"\\u" {
            return None;
        }
        self.at += 2;
        let second = self.hexadecimal()?;
        (0xdc00..0xe000)
            .contains(&second)
            .then(|| char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)))
            .flatten()
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |made, byte| Some(made * 16 + char::from(*byte).to_digit(16)?))
    }
}

/// The next quote, backslash or control character, eight bytes at a time where they are all plain; else the end.
fn special(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    while let Some(chunk) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or([0; 8]));
        let (quote, slash) = (word ^ (ONES * 0x22), word ^ (ONES * 0x5c));
        let found = (quote.wrapping_sub(ONES) & !quote)
            | (slash.wrapping_sub(ONES) & !slash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        if found & HIGH != 0 {
            return at + ((found & HIGH).trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while at < bytes.len() && bytes[at] >= 0x20 && bytes[at] != b'"' && bytes[at] != b'\\' {
        at += 1;
    }
    at
}
