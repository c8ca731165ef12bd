//! Fields to stored values: the walk through one event. None as soon as something is not plainly right.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::json::Cursor;
use crate::moment;
use crate::number::Number;
use crate::plan::{Check, Field, Kind, Members};
use crate::secret::Secret;

/// One stored value. Personal text keeps what was sent beside its pseudonym: the envelope repeats it.
pub enum Slot<'a> {
    Null,
    Text(Cow<'a, str>),
    Personal(Cow<'a, str>, [u8; 16]),
    Boolean(bool),
    Number(Number),
    Float(f64),
    Timestamp(i64),
    Date(i32),
    Array(Vec<Slot<'a>>),
    Object(Vec<Slot<'a>>),
}

/// One whole event: an object and nothing after it.
pub fn event<'a>(members: &Members, bytes: &'a [u8], secret: &Secret) -> Option<Vec<Slot<'a>>> {
    let mut cursor = Cursor::new(bytes)?;
    let (made, _) = object(members, &mut cursor, secret)?;
    cursor.ends().then_some(made)
}

/// The members in field order, and how many were written.
fn object<'a>(members: &Members, cursor: &mut Cursor<'a>, secret: &Secret) -> Option<(Vec<Slot<'a>>, usize)> {
    let mut made: Vec<Slot<'a>> = members.fields.iter().map(|_| Slot::Null).collect();
    let (mut seen, mut count, mut likely) = (0u64, 0, 0);
    cursor.take(b'{')?;
    if !cursor.takes(b'}') {
        loop {
            cursor.peek()?;
            let place = members.place(cursor.name()?, likely)?;
            if seen & (1 << place) != 0 {
                return None;
            }
            cursor.take(b':')?;
            made[place] = value(&members.fields[place], cursor, secret)?;
            seen |= 1 << place;
            count += 1;
            likely = place + 1;
            if !cursor.takes(b',') {
                break;
            }
        }
        cursor.take(b'}')?;
    }
    let whole = members.fields.iter().enumerate().all(|(place, field)| seen & (1 << place) != 0 || field.nullable);
    whole.then_some((made, count))
}

fn value<'a>(field: &Field, cursor: &mut Cursor<'a>, secret: &Secret) -> Option<Slot<'a>> {
    if cursor.peek()? == b'n' {
        cursor.word("null")?;
        return field.nullable.then_some(Slot::Null);
    }
    match &field.kind {
        Kind::Text => text(field, cursor, secret),
        Kind::Boolean => boolean(cursor),
        Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Float { .. } => number(field, cursor),
        Kind::Timestamp => {
            let moment = moment::timestamp(cursor.string()?.as_bytes())?;
            all(&field.checks, |check| compares(check, Number::whole(moment.into())))?;
            Some(Slot::Timestamp(moment))
        }
        Kind::Date => {
            let day = moment::date(cursor.string()?.as_bytes())?;
            all(&field.checks, |check| compares(check, Number::whole(day.into())))?;
            Some(Slot::Date(day))
        }
        Kind::Array(item) => array(field, item, cursor, secret),
        Kind::Object(members) => {
            let (made, count) = object(members, cursor, secret)?;
            all(&field.checks, |check| counts(check, count))?;
            Some(Slot::Object(made))
        }
    }
}

fn all(checks: &[Check], holds: impl Fn(&Check) -> Option<bool>) -> Option<()> {
    for check in checks {
        if !holds(check)? {
            return None;
        }
    }
    Some(())
}

fn boolean<'a>(cursor: &mut Cursor<'a>) -> Option<Slot<'a>> {
    let wanted = cursor.peek()? == b't';
    cursor.word(if wanted { "true" } else { "false" })?;
    Some(Slot::Boolean(wanted))
}

fn text<'a>(field: &Field, cursor: &mut Cursor<'a>, secret: &Secret) -> Option<Slot<'a>> {
    let found = cursor.string()?;
    all(&field.checks, |check| {
        Some(match check {
            Check::Matches(pattern) => pattern.is_match(&found),
            Check::Written(form) => form.holds(&found),
            Check::Listed(values) => values.iter().any(|value| *value == *found),
            Check::NotListed(values) => !values.iter().any(|value| *value == *found),
            Check::AtLeast(_) | Check::AtMost(_) => counts(check, found.chars().count())?,
            _ => return None,
        })
    })?;
    if field.personal {
        let hidden = secret.pseudonym(&found);
        return Some(Slot::Personal(found, hidden));
    }
    Some(Slot::Text(found))
}

fn counts(check: &Check, count: usize) -> Option<bool> {
    match check {
        Check::AtLeast(bound) => Some(count >= *bound),
        Check::AtMost(bound) => Some(count <= *bound),
        _ => None,
    }
}

fn number<'a>(field: &Field, cursor: &mut Cursor<'a>) -> Option<Slot<'a>> {
    let written = cursor.number()?;
    let found = Number::read(written)?;
    let made = match field.kind {
        Kind::Integer { low, high } => {
            let within = found.scale == 0 && found.compare(low)? != Ordering::Less;
            (within && found.compare(high)? != Ordering::Greater).then_some(Slot::Number(found))?
        }
        Kind::Decimal { whole, scale } => {
            (found.scale <= scale && found.within(whole)?).then_some(Slot::Number(found))?
        }
        Kind::Float { single } => {
            let nearest: f64 = written.parse().ok()?;
            Slot::Float(if single { f64::from(nearest as f32) } else { nearest })
        }
        _ => return None,
    };
    all(&field.checks, |check| compares(check, found))?;
    Some(made)
}

fn compares(check: &Check, found: Number) -> Option<bool> {
    Some(match check {
        Check::Minimum(bound) => found.compare(*bound)? != Ordering::Less,
        Check::Maximum(bound) => found.compare(*bound)? != Ordering::Greater,
        Check::Above(bound) => found.compare(*bound)? == Ordering::Greater,
        Check::Below(bound) => found.compare(*bound)? == Ordering::Less,
        Check::MultipleOf(step) => found.is_multiple(*step)?,
        Check::ListedNumber(values) => values.contains(&found),
        Check::NotListedNumber(values) => !values.contains(&found),
        _ => return None,
    })
}

fn array<'a>(field: &Field, item: &Field, cursor: &mut Cursor<'a>, secret: &Secret) -> Option<Slot<'a>> {
    let mut made = Vec::new();
    cursor.take(b'[')?;
    if !cursor.takes(b']') {
        loop {
            made.push(value(item, cursor, secret)?);
            if !cursor.takes(b',') {
                break;
            }
        }
        cursor.take(b']')?;
    }
    all(&field.checks, |check| match check {
        Check::Unique => distinct(&made),
        _ => counts(check, made.len()),
    })?;
    Some(Slot::Array(made))
}

/// Whether no item stands twice; of long lists and of items that are no texts or whole numbers nothing is said.
fn distinct(items: &[Slot]) -> Option<bool> {
    if items.len() > 64 {
        return None;
    }
    for (place, item) in items.iter().enumerate() {
        for other in &items[..place] {
            let equal = match (item, other) {
                (Slot::Text(one) | Slot::Personal(one, _), Slot::Text(two) | Slot::Personal(two, _)) => one == two,
                (Slot::Number(one), Slot::Number(two)) => one == two,
                (Slot::Null, Slot::Null) => true,
                (Slot::Null, _) | (_, Slot::Null) => false,
                _ => return None,
            };
            if equal {
                return Some(false);
            }
        }
    }
    Some(true)
}
