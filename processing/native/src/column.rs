//! Stored values to Arrow: one column builder per type, made from the type the ledger has.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Float32Builder, Float64Builder, Int16Builder, Int32Builder,
    Int64Builder, Int8Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{Array, ArrayRef, ListArray, StructArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, FieldRef, Fields, TimeUnit};

use crate::judge::Slot;
use crate::secret::hexadecimal;

/// A column that grows by one slot at a time.
pub enum Column {
    Text(StringBuilder),
    Boolean(BooleanBuilder),
    Int8(Int8Builder),
    Int16(Int16Builder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float32(Float32Builder),
    Float64(Float64Builder),
    Decimal(Decimal128Builder, u32),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    List { field: FieldRef, offsets: Vec<i32>, nulls: NullBufferBuilder, items: Box<Column> },
    Struct { fields: Fields, nulls: NullBufferBuilder, members: Vec<Column> },
}

impl Column {
    /// An empty column of a type; an error for types that no plan has.
    pub fn new(type_: &DataType) -> Result<Column, ArrowError> {
        Ok(match type_ {
            DataType::Utf8 => Column::Text(StringBuilder::new()),
            DataType::Boolean => Column::Boolean(BooleanBuilder::new()),
            DataType::Int8 => Column::Int8(Int8Builder::new()),
            DataType::Int16 => Column::Int16(Int16Builder::new()),
            DataType::Int32 => Column::Int32(Int32Builder::new()),
            DataType::Int64 => Column::Int64(Int64Builder::new()),
            DataType::Float32 => Column::Float32(Float32Builder::new()),
            DataType::Float64 => Column::Float64(Float64Builder::new()),
            DataType::Date32 => Column::Date(Date32Builder::new()),
            DataType::Decimal128(precision, scale) if *scale >= 0 => Column::Decimal(
                Decimal128Builder::new().with_precision_and_scale(*precision, *scale)?,
                u32::from(scale.unsigned_abs()),
            ),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Column::Timestamp(TimestampMicrosecondBuilder::new().with_data_type(type_.clone()))
            }
            DataType::List(field) => Column::List {
                field: Arc::clone(field),
                offsets: vec![0],
                nulls: NullBufferBuilder::new(0),
                items: Box::new(Column::new(field.data_type())?),
            },
            DataType::Struct(fields) => Column::Struct {
                fields: fields.clone(),
                nulls: NullBufferBuilder::new(0),
                members: fields.iter().map(|field| Column::new(field.data_type())).collect::<Result<_, _>>()?,
            },
            _ => return Err(odd(&format!("the type {type_}"))),
        })
    }

    /// Add one value; an error where the column is of another type, which no plan makes.
    pub fn push(&mut self, slot: &Slot) -> Result<(), ArrowError> {
        match (self, slot) {
            (Column::Text(made), Slot::Text(text)) => made.append_value(text),
            (Column::Text(made), Slot::Personal(_, hidden)) => {
                let digits = hexadecimal(hidden);
                made.append_value(std::str::from_utf8(&digits).map_err(|_| odd("a pseudonym"))?);
            }
            (Column::Boolean(made), Slot::Boolean(truth)) => made.append_value(*truth),
            (Column::Int8(made), Slot::Number(number)) => made.append_value(narrow(number.digits)?),
            (Column::Int16(made), Slot::Number(number)) => made.append_value(narrow(number.digits)?),
            (Column::Int32(made), Slot::Number(number)) => made.append_value(narrow(number.digits)?),
            (Column::Int64(made), Slot::Number(number)) => made.append_value(narrow(number.digits)?),
            (Column::Decimal(made, scale), Slot::Number(number)) => {
                made.append_value(number.at(*scale).ok_or_else(|| odd("a decimal"))?);
            }
            (Column::Float32(made), Slot::Float(number)) => made.append_value(*number as f32),
            (Column::Float64(made), Slot::Float(number)) => made.append_value(*number),
            (Column::Date(made), Slot::Date(day)) => made.append_value(*day),
            (Column::Timestamp(made), Slot::Timestamp(moment)) => made.append_value(*moment),
            (Column::List { offsets, nulls, items, .. }, Slot::Array(slots)) => {
                slots.iter().try_for_each(|one| items.push(one))?;
                offsets.push(narrow(items.len() as i128)?);
                nulls.append_non_null();
            }
            (Column::Struct { nulls, members, .. }, Slot::Object(slots)) => {
                members.iter_mut().zip(slots).try_for_each(|(member, one)| member.push(one))?;
                nulls.append_non_null();
            }
            (column, Slot::Null) => column.push_null(),
            _ => return Err(odd("a value of another type")),
        }
        Ok(())
    }

    fn push_null(&mut self) {
        match self {
            Column::Text(made) => made.append_null(),
            Column::Boolean(made) => made.append_null(),
            Column::Int8(made) => made.append_null(),
            Column::Int16(made) => made.append_null(),
            Column::Int32(made) => made.append_null(),
            Column::Int64(made) => made.append_null(),
            Column::Float32(made) => made.append_null(),
            Column::Float64(made) => made.append_null(),
            Column::Decimal(made, _) => made.append_null(),
            Column::Date(made) => made.append_null(),
            Column::Timestamp(made) => made.append_null(),
            Column::List { offsets, nulls, .. } => {
                offsets.push(offsets.last().copied().unwrap_or(0));
                nulls.append_null();
            }
            Column::Struct { nulls, members, .. } => {
                members.iter_mut().for_each(Column::push_null);
                nulls.append_null();
            }
        }
    }

    fn len(&self) -> usize {
        use arrow_array::builder::ArrayBuilder;
        match self {
            Column::Text(made) => made.len(),
            Column::Boolean(made) => made.len(),
            Column::Int8(made) => made.len(),
            Column::Int16(made) => made.len(),
            Column::Int32(made) => made.len(),
            Column::Int64(made) => made.len(),
            Column::Float32(made) => made.len(),
            Column::Float64(made) => made.len(),
            Column::Decimal(made, _) => made.len(),
            Column::Date(made) => made.len(),
            Column::Timestamp(made) => made.len(),
            Column::List { offsets, .. } => offsets.len() - 1,
            Column::Struct { nulls, .. } => nulls.len(),
        }
    }

    /// The finished column.
    pub fn finish(self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Column::Text(mut made) => Arc::new(made.finish()),
            Column::Boolean(mut made) => Arc::new(made.finish()),
            Column::Int8(mut made) => Arc::new(made.finish()),
            Column::Int16(mut made) => Arc::new(made.finish()),
            Column::Int32(mut made) => Arc::new(made.finish()),
            Column::Int64(mut made) => Arc::new(made.finish()),
            Column::Float32(mut made) => Arc::new(made.finish()),
            Column::Float64(mut made) => Arc::new(made.finish()),
            Column::Decimal(mut made, _) => Arc::new(made.finish()),
            Column::Date(mut made) => Arc::new(made.finish()),
            Column::Timestamp(mut made) => Arc::new(made.finish()),
            Column::List { field, offsets, mut nulls, items } => {
                let made =
                    ListArray::try_new(field, OffsetBuffer::new(offsets.into()), items.finish()?, nulls.finish())?;
                Arc::new(made) as Arc<dyn Array>
            }
            Column::Struct { fields, mut nulls, members } => {
                let members = members.into_iter().map(Column::finish).collect::<Result<Vec<_>, _>>()?;
                Arc::new(StructArray::try_new(fields, members, nulls.finish())?)
            }
        })
    }
}

fn narrow<T: TryFrom<i128>>(digits: i128) -> Result<T, ArrowError> {
    T::try_from(digits).map_err(|_| odd("a number too wide for its column"))
}

fn odd(what: &str) -> ArrowError {
    ArrowError::InvalidArgumentError(format!("the kernel does not hold {what}"))
}
