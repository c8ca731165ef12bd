//! Values to keyed hashes: pseudonyms of personal text, and the hash of a whole event's stored values.
//!
//! The canonical bytes are those of `processing/identity.py`, which says what they are and why.

use blake2b_simd::many::{hash_many, HashManyJob};
use blake2b_simd::Params;

use crate::judge::Slot;
use crate::plan::{Field, Kind, Members};

/// The first whole number that a double has two neighbours for; below it, whole doubles are hashed as numbers.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Keyed BLAKE2b (RFC 7693) of 16 bytes.
pub struct Secret {
    params: Params,
}

impl Secret {
    /// None where BLAKE2b takes no key of that length.
    pub fn new(key: &[u8]) -> Option<Secret> {
        let mut params = Params::new();
        params.hash_length(16);
        if key.len() > blake2b_simd::KEYBYTES {
            return None;
        }
        params.key(key);
        Some(Secret { params })
    }

    /// The pseudonym of a text, as `hexadecimal` writes it.
    pub fn pseudonym(&self, text: &str) -> [u8; 16] {
        let mut made = [0; 16];
        made.copy_from_slice(self.params.hash(text.as_bytes()).as_bytes());
        made
    }

    /// The hashes of many canonical bytes, several at a time.
    fn hashes(&self, bodies: &Bodies, mut each: impl FnMut(&[u8])) {
        let starts = std::iter::once(0).chain(bodies.ends.iter().copied());
        let parts = starts.zip(&bodies.ends).map(|(start, end)| &bodies.bytes[start..*end]);
        let mut jobs: Vec<HashManyJob> = parts.map(|part| HashManyJob::new(&self.params, part)).collect();
        hash_many(jobs.iter_mut());
        jobs.iter().for_each(|job| each(job.to_hash().as_bytes()));
    }
}

/// The BLAKE2b of 16 bytes of each text, without a key: what stands for an event id (processing/claims.py).
pub fn digests<'a>(texts: impl Iterator<Item = &'a [u8]>, mut each: impl FnMut(&[u8])) {
    let mut params = Params::new();
    params.hash_length(16);
    let mut jobs: Vec<HashManyJob> = texts.map(|text| HashManyJob::new(&params, text)).collect();
    hash_many(jobs.iter_mut());
    jobs.iter().for_each(|job| each(job.to_hash().as_bytes()));
}

/// Canonical bytes of events that are still to be hashed: done in groups, side by side in wide registers.
#[derive(Default)]
pub struct Bodies {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Bodies {
    /// Add an event without unknown members.
    pub fn push(&mut self, members: &Members, slots: &[Slot]) {
        object(members, slots, &mut self.bytes);
        self.bytes.push(b'z');
        self.ends.push(self.bytes.len());
    }

    /// Whether there are enough of them.
    pub fn full(&self) -> bool {
        self.ends.len() >= 64
    }

    /// Give the hash of each, in order, and forget them.
    pub fn drain(&mut self, secret: &Secret, each: impl FnMut(&[u8])) {
        secret.hashes(self, each);
        self.bytes.clear();
        self.ends.clear();
    }
}

fn object(members: &Members, slots: &[Slot], out: &mut Vec<u8>) {
    out.push(b'o');
    let count = slots.iter().filter(|slot| !matches!(slot, Slot::Null)).count();
    out.extend_from_slice(&(count as u32).to_be_bytes());
    for place in &members.by_name {
        if !matches!(slots[*place], Slot::Null) {
            prefixed(members.fields[*place].name.as_bytes(), out);
            value(&members.fields[*place], &slots[*place], out);
        }
    }
}

fn value(field: &Field, slot: &Slot, out: &mut Vec<u8>) {
    match (slot, &field.kind) {
        (Slot::Text(text), _) => tagged(b's', text.as_bytes(), out),
        (Slot::Personal(_, hidden), _) => tagged(b's', &hexadecimal(hidden), out),
        (Slot::Boolean(truth), _) => out.extend_from_slice(&[b'b', u8::from(*truth)]),
        (Slot::Number(number), _) => counted(out, |out| number.write(out)),
        (Slot::Float(number), _) => float(*number, out),
        (Slot::Timestamp(moment), _) => {
            out.push(b'm');
            out.extend_from_slice(&moment.to_be_bytes());
        }
        (Slot::Date(day), _) => {
            out.push(b'd');
            out.extend_from_slice(&day.to_be_bytes());
        }
        (Slot::Array(items), Kind::Array(item)) => {
            out.push(b'l');
            out.extend_from_slice(&(items.len() as u32).to_be_bytes());
            items.iter().for_each(|one| value(item, one, out));
        }
        (Slot::Object(slots), Kind::Object(members)) => object(members, slots, out),
        _ => out.push(b'z'),
    }
}

fn float(number: f64, out: &mut Vec<u8>) {
    if number.fract() == 0.0 && number.abs() < EXACT {
        counted(out, |out| out.extend_from_slice((number as i64).to_string().as_bytes()));
    } else {
        out.push(b'f');
        out.extend_from_slice(&number.to_be_bytes());
    }
}

fn tagged(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    prefixed(bytes, out);
}

fn prefixed(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// A number's text, its length put before it once it is known.
fn counted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(b"n\0\0\0\0");
    let start = out.len();
    write(out);
    let length = (out.len() - start) as u32;
    out[start - 4..start].copy_from_slice(&length.to_be_bytes());
}

/// 32 hexadecimal digits, which is how a pseudonym is stored.
pub fn hexadecimal(hash: &[u8; 16]) -> [u8; 32] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut made = [0; 32];
    for (place, byte) in hash.iter().enumerate() {
        made[2 * place] = DIGITS[usize::from(byte >> 4)];
        made[2 * place + 1] = DIGITS[usize::from(byte & 15)];
    }
    made
}
