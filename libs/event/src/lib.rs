//! Events and entries of the Indelible audit log: strict parsing, limits, derivations, the line, disclosures.
//!
//! The way of one event through this crate: [`parse`] reads the body into an [`Event`] and names every problem;
//! [`admit`] redacts, derives, splits personal values off and writes the [line]; [`Entry`] reads a line back. No I/O:
//! clock, randomness, keys and look-ups come in as arguments.

mod admit;
mod entry;
pub mod id;
pub mod json;
pub mod limits;
pub mod line;
mod member;
mod model;
pub mod parse;
pub mod personal;
pub mod render;
pub mod rules;
pub mod time;
mod warning;
mod work;

pub use admit::{Admission, AdmitError, Admitted, Agents, Place, Places, ReadmitError, admit, admit_seen, readmit};
pub use proof::Digest;

pub use entry::{Entry, LineError, order_time_us};
pub use model::{
    Actor, ActorKind, Client, Declared, Event, Http, Location, Named, Outcome, PersonalRef, Principal, Resource,
    Sequence, Severity,
};
pub use parse::{Batch, BodyError, BodyKind, Problem, parse_batch, parse_one};
pub use personal::{Disclosure, KeyError, Keys, Kind, Person, PersonId, PersonKey, PersonalParts};
pub use rules::Rules;
pub use warning::Warning;
