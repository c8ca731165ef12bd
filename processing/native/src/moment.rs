//! ISO 8601 text to a moment, as `contracts/compiler/temporal.py` reads its default forms.

const DAY: i64 = 86_400_000_000;
/// 0001-01-01T00:00:00Z and the first microsecond after 9999-12-31, which Python's datetime cannot hold.
const FIRST: i64 = -719_162 * DAY;
const END: i64 = 2_932_897 * DAY;

/// Days since 1970-01-01 of a text `yyyy-MM-dd` that is a day of the calendar.
pub fn date(text: &[u8]) -> Option<i32> {
    if text.len() != 10 || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(&text[..4])?, number(&text[5..7])?, number(&text[8..])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    (year > 0 && (1..=last).contains(&day)).then(|| days(year, month, day))
}

/// Microseconds since 1970 in UTC of a text with seconds, at most six digits of a fraction, and an offset.
pub fn timestamp(text: &[u8]) -> Option<i64> {
    if text.len() < 20 || text[10] != b'T' || text[13] != b':' || text[16] != b':' {
        return None;
    }
    let day = i64::from(date(&text[..10])?);
    let (hour, minute, second) = (number(&text[11..13])?, number(&text[14..16])?, number(&text[17..19])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, tail) = fraction(&text[19..])?;
    let clock = i64::from((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction;
    let moment = day * DAY + clock - offset(tail)?;
    (FIRST..END).contains(&moment).then_some(moment)
}

fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    if text[0] != b'.' {
        return Some((0, text));
    }
    let count = text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=6).contains(&count) {
        return None;
    }
    let digits = i64::from(number(&text[1..=count])?);
    Some((digits * 10i64.pow(6 - count as u32), &text[count + 1..]))
}

fn offset(text: &[u8]) -> Option<i64> {
    if text == b"Z" {
        return Some(0);
    }
    if text.len() != 6 || text[3] != b':' {
        return None;
    }
    let sign = match text[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = (number(&text[1..3])?, number(&text[4..])?);
    (hours < 24 && minutes < 60).then(|| sign * i64::from(hours * 60 + minutes) * 60_000_000)
}

fn number(text: &[u8]) -> Option<i32> {
    text.iter().try_fold(0, |made, byte| byte.is_ascii_digit().then(|| made * 10 + i32::from(byte - b'0')))
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", days_from_civil).
fn days(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
