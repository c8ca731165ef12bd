//! The plain path of the decoder: Kafka records in Arrow batches to stored values, for records that are plainly right.
//!
//! Never says what is wrong. A record is either accepted here, with everything the ledger stores of it, or it is not
//! this kernel's: then the decoder in Python judges it. What both accept, both store alike.

mod column;
mod envelope;
mod json;
mod judge;
mod moment;
mod number;
mod plan;
mod secret;
mod text;

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, BooleanBuilder, FixedSizeBinaryBuilder, StringBuilder};
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, ArrayRef, BinaryArray, ListArray, PrimitiveArray, StructArray};
use arrow_data::ArrayData;
use arrow_pyarrow::PyArrowType;
use arrow_schema::{ArrowError, DataType, Fields};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use column::Column;
use envelope::{written, Envelope, Headers};
use judge::Slot;
use plan::{Members, Plan};
use secret::{Bodies, Secret};

/// The reader of one contract's plain events. `event` is the Arrow type of their stored values.
#[pyclass(frozen)]
struct Kernel {
    members: Members,
    envelope: Envelope,
    event: Fields,
    event_id: Option<usize>,
    event_time: Option<usize>,
    late_after: i64,
    early_after: i64,
    secret: Secret,
}

/// What a batch becomes, as far as it is plain.
struct Made {
    mask: BooleanBuilder,
    event_id: StringBuilder,
    version: StringBuilder,
    body_hash: BinaryBuilder,
    bodies: Bodies,
    late: BooleanBuilder,
    early: BooleanBuilder,
    event: Vec<Column>,
}

#[pymethods]
impl Kernel {
    /// ValueError where the plan has something this kernel does not know.
    #[new]
    fn new(mut plan: Plan, event: PyArrowType<DataType>, key: &[u8]) -> PyResult<Kernel> {
        let DataType::Struct(event) = event.0 else { return Err(PyValueError::new_err("an event that is no struct")) };
        event.iter().try_for_each(|field| Column::new(field.data_type()).map(|_| ())).map_err(wrong)?;
        let members = Members::compile(std::mem::take(&mut plan.fields))?;
        if members.fields.len() != event.len() {
            return Err(PyValueError::new_err("a plan of other fields than the event"));
        }
        Ok(Kernel {
            members,
            event,
            event_id: plan.event_id,
            event_time: plan.event_time,
            late_after: plan.late_after.unwrap_or(i64::MAX),
            early_after: plan.early_after.unwrap_or(i64::MAX),
            envelope: Envelope::new(&mut plan),
            secret: Secret::new(key).ok_or_else(|| PyValueError::new_err("a key of more than 64 bytes"))?,
        })
    }

    /// Columns of a batch to (mask, event_id, contract_version, body_hash, is_late, is_early, event): the mask has a
    /// row per record, true where it is accepted; the others have one per record that is.
    fn decode(
        &self,
        value: PyArrowType<ArrayData>,
        key: PyArrowType<ArrayData>,
        headers: PyArrowType<ArrayData>,
        received_at: PyArrowType<ArrayData>,
    ) -> PyResult<Vec<PyArrowType<ArrayData>>> {
        let (value, key) = (binary(value)?, binary(key)?);
        let received: PrimitiveArray<TimestampMicrosecondType> = match received_at.0.data_type() {
            DataType::Timestamp(arrow_schema::TimeUnit::Microsecond, _) => PrimitiveArray::from(received_at.0),
            other => return Err(PyValueError::new_err(format!("received_at of type {other}"))),
        };
        let lists = match headers.0.data_type() {
            DataType::List(_) => ListArray::from(headers.0),
            other => return Err(PyValueError::new_err(format!("headers of type {other}"))),
        };
        let headers = Headers::new(&lists).ok_or_else(|| PyValueError::new_err("headers of another make"))?;
        let made = self.made(&value, &key, &headers, &received).map_err(wrong)?;
        Ok(made.into_iter().map(|array| PyArrowType(array.to_data())).collect())
    }
}

impl Kernel {
    fn made(
        &self,
        value: &BinaryArray,
        key: &BinaryArray,
        headers: &Headers,
        received: &PrimitiveArray<TimestampMicrosecondType>,
    ) -> Result<Vec<ArrayRef>, ArrowError> {
        let mut made = Made::new(&self.event)?;
        let (mut found, mut room) = (Vec::new(), Vec::new());
        for row in 0..value.len() {
            self.envelope.found(headers, row, &mut found);
            let plain = (!value.is_null(row) && !received.is_null(row)).then(|| {
                let key = (!key.is_null(row)).then(|| key.value(row));
                self.plain(value.value(row), key, &found, &mut room)
            });
            let Some((version, event)) = plain.flatten() else {
                made.mask.append_value(false);
                continue;
            };
            self.push(&mut made, version, &event, received.value(row), &mut room)?;
        }
        made.bodies.drain(&self.secret, |hash| made.body_hash.append_value(hash));
        made.finish(&self.event)
    }

    /// The version and the stored values of a record that is accepted, None for any other.
    fn plain<'a>(
        &self,
        value: &'a [u8],
        key: Option<&[u8]>,
        found: &[Option<&'a [u8]>],
        room: &mut Vec<u8>,
    ) -> Option<(Option<&'a str>, Vec<Slot<'a>>)> {
        let version = self.envelope.version(found)?;
        let event = judge::event(&self.members, value, &self.secret)?;
        let named = self.event_id.is_none_or(|place| !matches!(event[place], Slot::Null));
        let timed = self.event_time.is_none_or(|place| matches!(event[place], Slot::Timestamp(_)));
        (named && timed && self.envelope.agrees(key, found, &event, room)).then_some((version, event))
    }

    fn push(
        &self,
        made: &mut Made,
        version: Option<&str>,
        event: &[Slot],
        received: i64,
        room: &mut Vec<u8>,
    ) -> Result<(), ArrowError> {
        made.mask.append_value(true);
        made.version.append_option(version);
        match self.event_id {
            Some(place) if written(&event[place], room) => {
                made.event_id.append_value(std::str::from_utf8(room).unwrap_or_default());
            }
            _ => made.event_id.append_null(),
        }
        let gap = match self.event_time.map(|place| &event[place]) {
            Some(Slot::Timestamp(moment)) => Some(received - moment),
            _ => None,
        };
        made.late.append_option(gap.map(|gap| gap > self.late_after));
        made.early.append_option(gap.map(|gap| -gap > self.early_after));
        made.bodies.push(&self.members, event);
        if made.bodies.full() {
            made.bodies.drain(&self.secret, |hash| made.body_hash.append_value(hash));
        }
        made.event.iter_mut().zip(event).try_for_each(|(column, slot)| column.push(slot))
    }
}

impl Made {
    fn new(event: &Fields) -> Result<Made, ArrowError> {
        Ok(Made {
            mask: BooleanBuilder::new(),
            event_id: StringBuilder::new(),
            version: StringBuilder::new(),
            body_hash: BinaryBuilder::new(),
            bodies: Bodies::default(),
            late: BooleanBuilder::new(),
            early: BooleanBuilder::new(),
            event: event.iter().map(|field| Column::new(field.data_type())).collect::<Result<_, _>>()?,
        })
    }

    fn finish(mut self, event: &Fields) -> Result<Vec<ArrayRef>, ArrowError> {
        let columns = self.event.into_iter().map(Column::finish).collect::<Result<Vec<_>, _>>()?;
        Ok(vec![
            Arc::new(self.mask.finish()),
            Arc::new(self.event_id.finish()),
            Arc::new(self.version.finish()),
            Arc::new(self.body_hash.finish()),
            Arc::new(self.late.finish()),
            Arc::new(self.early.finish()),
            Arc::new(StructArray::try_new(event.clone(), columns, None)?),
        ])
    }
}

fn binary(column: PyArrowType<ArrayData>) -> PyResult<BinaryArray> {
    match column.0.data_type() {
        DataType::Binary => Ok(BinaryArray::from(column.0)),
        other => Err(PyValueError::new_err(format!("a column of type {other} for bytes"))),
    }
}

fn wrong(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Texts to digests (secret::digests), one of 16 bytes each; ValueError for a null or another type.
#[pyfunction]
fn digests(texts: PyArrowType<ArrayData>) -> PyResult<PyArrowType<ArrayData>> {
    let texts = binary(texts)?;
    if texts.null_count() > 0 {
        return Err(PyValueError::new_err("a null for a text"));
    }
    let mut made = FixedSizeBinaryBuilder::with_capacity(texts.len(), 16);
    let mut failed = None;
    secret::digests((0..texts.len()).map(|row| texts.value(row)), |digest| {
        failed = failed.take().or(made.append_value(digest).err());
    });
    match failed {
        Some(error) => Err(wrong(error)),
        None => Ok(PyArrowType(made.finish().to_data())),
    }
}

#[pymodule]
fn tickets_native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("FORMAT", plan::FORMAT)?;
    module.add_function(wrap_pyfunction!(digests, module)?)?;
    module.add_class::<Kernel>()
}
