//! Key and headers of a record to whether they say what the event says.

use arrow_array::{Array, BinaryArray, ListArray, StringArray, StructArray};

use crate::judge::Slot;
use crate::plan::Plan;

/// What a version may be at most, in bytes; a longer one is cut by the other reader.
const LONGEST: usize = 200;

/// What each header name that matters to a plan stands for; `names` in the order the values are found in.
pub struct Envelope {
    names: Vec<String>,
    key: Option<usize>,
    demands: Vec<Demand>,
    version: Option<usize>,
    known: Option<String>,
    older: Vec<(usize, String)>,
}

struct Demand {
    at: usize,
    required: bool,
    constant: Option<Vec<u8>>,
    source: Option<usize>,
}

/// The headers of a batch, taken apart once.
pub struct Headers<'a> {
    lists: &'a ListArray,
    names: &'a StringArray,
    values: &'a BinaryArray,
}

impl<'a> Headers<'a> {
    /// None where the column is not a list of (key, value).
    pub fn new(lists: &'a ListArray) -> Option<Headers<'a>> {
        let pairs = lists.values().as_any().downcast_ref::<StructArray>()?;
        if pairs.num_columns() != 2 || pairs.null_count() > 0 {
            return None;
        }
        let names = pairs.column(0).as_any().downcast_ref::<StringArray>()?;
        let values = pairs.column(1).as_any().downcast_ref::<BinaryArray>()?;
        Some(Headers { lists, names, values })
    }
}

impl Envelope {
    pub fn new(plan: &mut Plan) -> Envelope {
        let mut names = Vec::new();
        let demands = plan.headers.drain(..).map(|header| Demand {
            at: place(&mut names, header.name),
            required: header.required,
            constant: header.constant,
            source: header.source,
        });
        let demands = demands.collect();
        let version = plan.version_header.take().map(|name| place(&mut names, name));
        let older = plan.older.drain(..).map(|(name, major)| (place(&mut names, name), major)).collect();
        Envelope { names, key: plan.key, demands, version, known: plan.known.take(), older }
    }

    /// The values of the headers by name; of a name that stands twice the last counts.
    pub fn found<'a>(&self, headers: &Headers<'a>, row: usize, out: &mut Vec<Option<&'a [u8]>>) {
        out.clear();
        out.resize(self.names.len(), None);
        if headers.lists.is_null(row) {
            return;
        }
        let offsets = headers.lists.value_offsets();
        for at in offsets[row] as usize..offsets[row + 1] as usize {
            if headers.names.is_null(at) {
                continue;
            }
            let name = headers.names.value(at).as_bytes();
            if let Some(place) = self.names.iter().position(|known| known.as_bytes() == name) {
                out[place] = (!headers.values.is_null(at)).then(|| headers.values.value(at));
            }
        }
    }

    /// The version a record names; None where this plan is not the one to read it.
    pub fn version<'a>(&self, found: &[Option<&'a [u8]>]) -> Option<Option<&'a str>> {
        for (at, major) in &self.older {
            if let Some(bytes) = found[*at] {
                if bytes.len() > LONGEST || major_of(std::str::from_utf8(bytes).ok()?) == major {
                    return None;
                }
            }
        }
        let Some(bytes) = self.version.and_then(|at| found[at]) else { return Some(None) };
        let version = std::str::from_utf8(bytes).ok()?;
        let known = self.known.as_deref().is_none_or(|major| major_of(version) == major);
        (known && bytes.len() <= LONGEST).then_some(Some(version))
    }

    /// Whether key and headers repeat what the event says.
    pub fn agrees(&self, key: Option<&[u8]>, found: &[Option<&[u8]>], event: &[Slot], room: &mut Vec<u8>) -> bool {
        if let Some(place) = self.key {
            if written(&event[place], room) && key != Some(room.as_slice()) {
                return false;
            }
        }
        self.demands.iter().all(|demand| match (found[demand.at], &demand.constant, demand.source) {
            (None, _, _) => !demand.required,
            (Some(content), Some(constant), _) => content == constant.as_slice(),
            (Some(content), None, Some(place)) => !written(&event[place], room) || content == room.as_slice(),
            (Some(_), None, None) => true,
        })
    }
}

fn place(names: &mut Vec<String>, name: String) -> usize {
    names.iter().position(|known| *known == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    })
}

fn major_of(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// Put a value's text as a key or header has it into `out`; false where there is no value.
pub fn written(slot: &Slot, out: &mut Vec<u8>) -> bool {
    out.clear();
    match slot {
        Slot::Text(text) | Slot::Personal(text, _) => out.extend_from_slice(text.as_bytes()),
        Slot::Number(number) => number.write(out),
        _ => return false,
    }
    true
}
