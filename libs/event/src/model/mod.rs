//! What a client sends ([`Event`]) and the parts it shares with an entry read back.
//!
//! All texts are `Cow<'a, str>`: borrowed from the request body wherever it holds no escape, owned only where an
//! escape was decoded or admission rewrote the value.

mod actor;
mod client;
mod declared;
mod event;
mod person_ref;
mod resource;
mod sequence;
mod words;

pub use actor::{Actor, ActorKind, Principal};
pub use client::{Client, Http, Location};
pub use declared::Declared;
pub use event::Event;
pub use person_ref::PersonalRef;
pub use resource::{Named, Resource};
pub use sequence::Sequence;
pub use words::{Outcome, Severity};
