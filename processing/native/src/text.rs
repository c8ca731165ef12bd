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
    text.len() == 36
        && text.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

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
