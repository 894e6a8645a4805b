//! The language of a mapping's right-hand sides: pointers, filters, templates, first-of, conditions.

mod cond;
mod filter;
mod pointer;
mod template;
mod value;

pub(crate) use cond::{Cond, Test};
pub(crate) use filter::Filter;
pub(crate) use pointer::{Pointer, Root};
pub(crate) use template::parse_expr;
pub(crate) use value::{Expr, Made, MadeTexts, Part, Scope, Source, Tables, Value};
