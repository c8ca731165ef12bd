//! Text formats, as `contracts/compiler/formats.py` defines them: a uuid, an e-mail address.

/// A format by its name in a contract.
pub enum Form {
    Uuid,
    Email,
}

impl Form {
    pub fn named(name: &str) -> Option<Form> {
        match name {
            "uuid" => Some(Form::Uuid),
            "email" => Some(Form::Email),
            _ => None,
        }
    }

    pub fn holds(&self, text: &str) -> bool {
        match self {
            Form::Uuid => is_uuid(text.as_bytes()),
            Form::Email => is_email(text),
        }
    }
}

fn is_uuid(text: &[u8]) -> bool {
    let Ok(text) = <&[u8; 36]>::try_from(text) else { return false };
    let dashes = text[8] == b'-' && text[13] == b'-' && text[18] == b'-' && text[23] == b'-';
    let digits = |from: usize, to: usize| text[from..to].iter().all(|byte| HEXADECIMAL[usize::from(*byte)]);
    dashes && digits(0, 8) && digits(9, 13) && digits(14, 18) && digits(19, 23) && digits(24, 36)
}

/// Which bytes are hexadecimal digits, as a table: most events have a uuid.
const HEXADECIMAL: [bool; 256] = {
    let (mut made, mut byte) = ([false; 256], 0);
    while byte < 256 {
        made[byte] = (byte as u8).is_ascii_hexdigit();
        byte += 1;
    }
    made
};

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    text.len() <= 254
        && (1..=64).contains(&local.len())
        && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom))
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte)
}

fn is_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && bytes[0] != b'-'
        && bytes[bytes.len() - 1] != b'-'
}
