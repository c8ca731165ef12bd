//! Python's plan to what the kernel walks: frozen fields with their clauses compiled.
//!
//! A plan is made by `processing/plain.py`, which knows contracts. What is not understood here is an error, and the
//! contract then goes the present way as a whole.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use regex::Regex;

use crate::number::Number;
use crate::text::Form;

/// The making of plans that this kernel reads; Python compares it with its own before it trusts a build.
pub const FORMAT: u32 = 2;

/// One field as Python writes it.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct FieldPlan {
    name: String,
    kind: String,
    nullable: bool,
    personal: bool,
    limits: Option<(String, String)>,
    digits: Option<(u32, u32)>,
    single: bool,
    clauses: Vec<(String, Vec<String>)>,
    children: Vec<FieldPlan>,
}

/// One header as Python writes it: its value repeats the field at place `source`, or is `constant`.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct HeaderPlan {
    pub name: String,
    pub required: bool,
    pub constant: Option<Vec<u8>>,
    pub source: Option<usize>,
}

/// A contract as Python writes it. `older` are (version header, major) of the majors that are not this plan's.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Plan {
    pub fields: Vec<FieldPlan>,
    pub key: Option<usize>,
    pub headers: Vec<HeaderPlan>,
    pub version_header: Option<String>,
    pub known: Option<String>,
    pub older: Vec<(String, String)>,
    pub event_id: Option<usize>,
    pub event_time: Option<usize>,
    pub late_after: Option<i64>,
    pub early_after: Option<i64>,
}

/// How a field's JSON value is read, and what its type clause allows.
pub enum Kind {
    Text,
    Boolean,
    Integer { low: Number, high: Number },
    Decimal { whole: u32, scale: u32 },
    Float { single: bool },
    Timestamp,
    Date,
    Array(Box<Field>),
    Object(Members),
}

/// One demand on a value of the right type; lengths in code points, items or members as the kind has it.
pub enum Check {
    AtLeast(usize),
    AtMost(usize),
    Unique,
    Matches(Regex),
    Written(Form),
    Listed(Vec<String>),
    NotListed(Vec<String>),
    ListedNumber(Vec<Number>),
    NotListedNumber(Vec<Number>),
    Minimum(Number),
    Maximum(Number),
    Above(Number),
    Below(Number),
    MultipleOf(Number),
}

/// One field, ready to be walked.
pub struct Field {
    pub name: String,
    pub kind: Kind,
    pub nullable: bool,
    pub personal: bool,
    pub checks: Vec<Check>,
}

/// The fields of an object in their order, and the places of them in the order of their names, which hashes want.
pub struct Members {
    pub fields: Vec<Field>,
    pub by_name: Vec<usize>,
}

impl Members {
    pub fn compile(plans: Vec<FieldPlan>) -> PyResult<Members> {
        let fields = plans.into_iter().map(Field::compile).collect::<PyResult<Vec<_>>>()?;
        if fields.len() > 64 {
            return Err(PyValueError::new_err("more than 64 members side by side"));
        }
        let mut by_name: Vec<usize> = (0..fields.len()).collect();
        by_name.sort_by(|a, b| fields[*a].name.cmp(&fields[*b].name));
        Ok(Members { fields, by_name })
    }

    /// The place of a member, tried first where the members of a plainly written event stand.
    pub fn place(&self, name: &str, likely: usize) -> Option<usize> {
        let rest = self.fields.iter().enumerate();
        match self.fields.get(likely) {
            Some(field) if field.name == name => Some(likely),
            _ => rest.into_iter().find(|(_, field)| field.name == name).map(|(place, _)| place),
        }
    }
}

impl Field {
    fn compile(plan: FieldPlan) -> PyResult<Field> {
        let kind = kind_of(plan.kind.as_str(), plan.limits, plan.digits, plan.single, plan.children)?;
        let rules = plan.clauses.into_iter();
        let checks: Vec<Check> = rules.map(|(rule, argument)| check(&rule, argument)).collect::<PyResult<_>>()?;
        if matches!(kind, Kind::Boolean) && !checks.is_empty() {
            return Err(PyValueError::new_err(format!("{}: a rule on a boolean", plan.name)));
        }
        Ok(Field { name: plan.name, kind, nullable: plan.nullable, personal: plan.personal, checks })
    }
}

fn kind_of(
    kind: &str,
    limits: Option<(String, String)>,
    digits: Option<(u32, u32)>,
    single: bool,
    children: Vec<FieldPlan>,
) -> PyResult<Kind> {
    Ok(match (kind, limits, digits) {
        ("string", _, _) => Kind::Text,
        ("boolean", _, _) => Kind::Boolean,
        ("timestamp", _, _) => Kind::Timestamp,
        ("date", _, _) => Kind::Date,
        ("integer", Some((low, high)), _) => Kind::Integer { low: number(&low)?, high: number(&high)? },
        ("number", _, Some((whole, scale))) => Kind::Decimal { whole, scale },
        ("number", _, None) => Kind::Float { single },
        ("array", _, _) => {
            let mut items = Members::compile(children)?.fields;
            let item = items.pop().ok_or_else(|| PyValueError::new_err("an array without items"))?;
            Kind::Array(Box::new(item))
        }
        ("object", _, _) => Kind::Object(Members::compile(children)?),
        _ => return Err(PyValueError::new_err(format!("the kind {kind}"))),
    })
}

fn check(rule: &str, argument: Vec<String>) -> PyResult<Check> {
    let first = argument.first().cloned().unwrap_or_default();
    Ok(match rule {
        "minLength" | "minItems" | "minProperties" => Check::AtLeast(count(&first)?),
        "maxLength" | "maxItems" | "maxProperties" => Check::AtMost(count(&first)?),
        "uniqueItems" => Check::Unique,
        "pattern" => Check::Matches(Regex::new(&first).map_err(|error| PyValueError::new_err(error.to_string()))?),
        "format" => Check::Written(Form::named(&first).ok_or_else(|| PyValueError::new_err(first))?),
        "enum" => Check::Listed(argument.into_iter().collect()),
        "missingValues" => Check::NotListed(argument.into_iter().collect()),
        "enum of numbers" => Check::ListedNumber(numbers(&argument)?),
        "missingValues of numbers" => Check::NotListedNumber(numbers(&argument)?),
        "minimum" => Check::Minimum(number(&first)?),
        "maximum" => Check::Maximum(number(&first)?),
        "exclusiveMinimum" => Check::Above(number(&first)?),
        "exclusiveMaximum" => Check::Below(number(&first)?),
        "multipleOf" => Check::MultipleOf(number(&first)?),
        _ => return Err(PyValueError::new_err(format!("the rule {rule}"))),
    })
}

fn count(text: &str) -> PyResult<usize> {
    text.parse().map_err(|_| PyValueError::new_err(format!("the count {text}")))
}

fn number(text: &str) -> PyResult<Number> {
    Number::read(text).ok_or_else(|| PyValueError::new_err(format!("the number {text}")))
}

fn numbers(texts: &[String]) -> PyResult<Vec<Number>> {
    texts.iter().map(|text| number(text)).collect()
}
